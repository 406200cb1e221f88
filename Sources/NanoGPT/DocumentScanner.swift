/// Finds the documents in a text that comes piece by piece, and keeps nothing but where they are.
///
/// The text is UTF-8 whose lines end in LF.
struct DocumentScanner {
  /// The documents found so far, as ranges of bytes.
  private(set) var documents: [Range<Int>] = []

  private var endOfText = Match(endOfTextLiteral)
  /// Nil where blank lines separate documents.
  private var separator: Match?
  private var offset = 0
  /// The first line of a document, and the end of its last one that is not blank.
  private var document: Range<Int>?
  private var lineStart = 0
  /// Where something in the line is not white space; nil for nothing so far.
  private var firstInk: Int?
  /// A character of several bytes that may be white space.
  private var scalar = (value: UInt32(0), missing: 0, start: 0)

  /// Begins a text.
  ///
  /// - Parameter separator: What separates documents, besides `<|endoftext|>`; nil for blank lines.
  init(separator: String?) {
    self.separator = separator.map { Match($0.lineEndsAsLF) }
  }

  /// Reads a piece.
  mutating func scan(_ piece: UnsafeBufferPointer<UInt8>) {
    for byte in piece {
      if firstInk == nil { findInk(byte) }
      offset += 1
      if endOfText.ends(with: byte) {
        endSection(at: offset - endOfText.count)
        separator?.reset()
      } else if separator?.ends(with: byte) == true {
        endPart(at: offset - (separator?.count ?? 0))
      } else if byte == UInt8(ascii: "\n"), separator == nil {
        endLine(at: offset - 1)
      }
    }
  }

  /// Ends the text.
  mutating func finish() { endSection(at: offset) }

  private mutating func endSection(at end: Int) {
    if separator == nil {
      endLine(at: end)
      endDocument()
    } else {
      endPart(at: end)
    }
  }

  /// Ends a document between separators, blank lines at its ends included.
  private mutating func endPart(at end: Int) {
    if hasInk(before: end) { documents.append(lineStart..<end) }
    (lineStart, firstInk, scalar.missing) = (offset, nil, 0)
  }

  private mutating func endLine(at end: Int) {
    if hasInk(before: end) {
      document = (document?.lowerBound ?? lineStart)..<end
    } else {
      endDocument()
    }
    (lineStart, firstInk, scalar.missing) = (offset, nil, 0)
  }

  private mutating func endDocument() {
    if let document { documents.append(document) }
    document = nil
  }

  private func hasInk(before end: Int) -> Bool { firstInk.map { $0 < end } ?? false }

  /// Notes whether the character that this byte ends is other than white space.
  private mutating func findInk(_ byte: UInt8) {
    switch byte {
    case 0x09...0x0D, 0x20: break
    case ..<0x80: firstInk = offset
    case ..<0xC0:
      scalar.value = scalar.value << 6 | UInt32(byte & 0x3F)
      scalar.missing -= 1
      guard scalar.missing == 0 else { return }
      let isSpace = Unicode.Scalar(scalar.value)?.properties.isWhitespace ?? false
      if !isSpace { firstInk = scalar.start }
    default:
      let missing = byte < 0xE0 ? 1 : byte < 0xF0 ? 2 : 3
      scalar = (UInt32(byte) & (0x3F >> UInt32(missing)), missing, offset)
    }
  }

  /// Looks for a string in bytes that come one by one.
  private struct Match {
    private let bytes: [UInt8]
    /// For each number of bytes that have matched, how many still do when the next does not.
    private var fallback: [Int]
    private var matched = 0

    var count: Int { bytes.count }

    init(_ text: String) {
      bytes = Array(text.utf8)
      fallback = [Int](repeating: 0, count: bytes.count)
      // Knuth, Morris and Pratt, "Fast Pattern Matching in Strings" (1977).
      for index in bytes.indices.dropFirst() {
        var length = fallback[index - 1]
        while length > 0, bytes[index] != bytes[length] { length = fallback[length - 1] }
        fallback[index] = bytes[index] == bytes[length] ? length + 1 : 0
      }
    }

    /// Whether the string ends with this byte; the next one does not overlap it.
    mutating func ends(with byte: UInt8) -> Bool {
      while matched > 0, bytes[matched] != byte { matched = fallback[matched - 1] }
      if bytes[matched] == byte { matched += 1 }
      guard matched == bytes.count else { return false }
      matched = 0
      return true
    }

    mutating func reset() { matched = 0 }
  }
}

extension String {
  /// The text with LF for CR LF and for CR.
  fileprivate var lineEndsAsLF: String {
    replacing("\r\n", with: "\n").replacing("\r", with: "\n")
  }
}
