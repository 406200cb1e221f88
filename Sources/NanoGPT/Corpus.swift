import Autograd
import Foundation

/// A text to train on, cut into documents.
public struct Corpus: Sendable {
  /// A short name, which names the directory it is prepared in.
  public let name: String

  /// The documents, in the order of the source.
  public let documents: [String]

  /// The least mean loss any model can reach on endless text of this kind, in nats per token of the
  /// byte tokenizer; nil for text that people wrote.
  public let entropyRate: Double?

  /// SHA-256 of the text: the documents with one blank line between them and a newline at the end.
  public let sha256: String

  /// The length of that text in bytes.
  public let byteCount: Int

  /// Creates a corpus.
  ///
  /// - Parameters:
  ///   - name: Letters, digits, `-` and `_`.
  ///   - documents: At least one, none of them empty.
  ///   - entropyRate: Nats per token of the byte tokenizer, where it is known.
  public init(name: String, documents: [String], entropyRate: Double? = nil) {
    self.name = name
    self.documents = documents
    self.entropyRate = entropyRate
    let text = Array((documents.joined(separator: "\n\n") + "\n").utf8)
    self.sha256 = SHA256.hexadecimal(text)
    self.byteCount = text.count
  }
}

/// How files of text become documents.
public struct TextFormat: Hashable, Sendable {
  /// What separates documents, besides the ends of files and `<|endoftext|>`; nil for blank lines.
  public var separator: String?
  /// Whether bytes that are not UTF-8 are replaced by U+FFFD instead of refused.
  public var isLossy: Bool

  /// Creates a format; by default blank lines separate, and every byte must be UTF-8.
  public init(separator: String? = nil, isLossy: Bool = false) {
    (self.separator, self.isLossy) = (separator, isLossy)
  }
}

extension Corpus {
  /// Any UTF-8 text: blank lines, the characters `<|endoftext|>` and the ends of files separate
  /// documents.
  ///
  /// Lines may end in CR LF or CR, and a byte order mark at a file's start is no text. A corpus of fewer than 20
  /// documents is cut into pieces of about 2000 bytes, at line ends or spaces, so that one in ten can be set aside for
  /// validation.
  ///
  /// - Parameters:
  ///   - files: At least one; pipes are read to their end.
  ///   - format: What else separates documents, and whether invalid bytes are replaced.
  ///   - name: The name of the corpus; nil for `text-` and the name of the first file.
  ///   - report: Is told, in a line, of each file in which bytes were replaced.
  /// - Returns: The documents of all files, in order.
  /// - Throws: ``DataError`` of kind `missingInput` without a file, of kind `badData` for a file
  ///   that is not UTF-8 or holds no text.
  public static func text(
    files: [URL], format: TextFormat = TextFormat(), name: String? = nil,
    report: (String) -> Void = { _ in }
  ) throws(DataError) -> Corpus {
    require(!files.isEmpty, "Corpus: \(files.count) text files, at least 1")
    var documents: [String] = []
    for file in files {
      documents += try self.documents(in: file, format, report)
    }
    if documents.count < fewDocuments {
      documents = documents.flatMap(pieces)
    }
    let stem = files[0].deletingPathExtension().lastPathComponent
    return Corpus(name: name ?? "text-\(directoryName(from: stem))", documents: documents)
  }

  private static func documents(
    in file: URL, _ format: TextFormat, _ report: (String) -> Void
  ) throws(DataError) -> [String] {
    let bytes = try Files.read(file, hint: "give the path of a UTF-8 text file")
    guard let text = try text(of: bytes, in: file, format, report) else {
      throw .badData(
        path: file.path, reason: "not UTF-8: invalid byte at offset \(firstInvalidByte(in: bytes))",
        hint:
          "convert it first, for example with `iconv -f latin1 -t utf-8`, or replace such bytes "
          + "with --lossy")
    }
    let documents = documents(in: text, separator: format.separator)
    guard !documents.isEmpty else {
      throw .badData(
        path: file.path, reason: bytes.isEmpty ? "the file is empty" : "the file holds only spaces",
        hint: "give a file with text in it")
    }
    return documents
  }

  /// The text in `bytes`; nil when they are not UTF-8 and must be.
  private static func text(
    of bytes: [UInt8], in file: URL, _ format: TextFormat, _ report: (String) -> Void
  ) throws(DataError) -> String? {
    let byteOrderMark: [UInt8] = [0xEF, 0xBB, 0xBF]
    let content = bytes.starts(with: byteOrderMark) ? bytes.dropFirst(3) : bytes[...]
    if let text = String(validating: content, as: UTF8.self) { return text }
    guard format.isLossy else { return nil }
    let text = String(decoding: content, as: UTF8.self)
    // Those that were there already are text.
    let already = zip(content, zip(content.dropFirst(), content.dropFirst(2))).count {
      $0 == 0xEF && $1.0 == 0xBF && $1.1 == 0xBD
    }
    let replaced = text.unicodeScalars.count { $0 == "\u{FFFD}" } - already
    report("\(file.path): \(replaced) characters are U+FFFD, for bytes that are not UTF-8")
    return text
  }

  /// Splits `text` at blank lines, or at a separator, and at `<|endoftext|>`; the lines of a document end in LF alone.
  package static func documents(in text: String, separator: String? = nil) -> [String] {
    text.split(separator: endOfTextLiteral).flatMap { section -> [String] in
      func lines(_ text: Substring) -> [Substring] {
        text.split(omittingEmptySubsequences: false) { $0 == "\n" || $0 == "\r\n" || $0 == "\r" }
      }
      func isBlank(_ line: some StringProtocol) -> Bool { line.allSatisfy(\.isWhitespace) }
      guard let separator else {
        return lines(section).split(whereSeparator: isBlank).map { $0.joined(separator: "\n") }
      }
      // Line ends first: a separator may have some in it.
      return lines(section).joined(separator: "\n")
        .split(separator: lines(Substring(separator)).joined(separator: "\n"))
        .filter { !isBlank($0) }.map(String.init)
    }
  }

  /// Cuts `document` into pieces of about 2000 bytes; a line end or space at a cut is dropped.
  package static func pieces(of document: String) -> [String] {
    var pieces: [String] = []
    var rest = Substring(document)
    while rest.utf8.count > pieceBytes {
      var limit = rest.utf8.index(rest.startIndex, offsetBy: pieceBytes)
      while limit.samePosition(in: document.unicodeScalars) == nil {
        limit = rest.utf8.index(before: limit)
      }
      let head = rest[..<limit]
      let cut = head.lastIndex(of: "\n") ?? head.lastIndex(of: " ")
      let end = cut.flatMap { $0 > rest.startIndex ? $0 : nil }
      pieces.append(String(rest[..<(end ?? limit)]))
      rest = end.map { rest[rest.index(after: $0)...] } ?? rest[limit...]
    }
    if !rest.isEmpty { pieces.append(String(rest)) }
    return pieces.filter { !$0.allSatisfy(\.isWhitespace) }
  }

  private static let fewDocuments = 20
  private static let pieceBytes = 2000

  private static func firstInvalidByte(in bytes: [UInt8]) -> Int {
    var decoder = UTF8()
    var offset = 0
    var rest = bytes.makeIterator()
    while case .scalarValue(let scalar) = decoder.decode(&rest) {
      offset += UTF8.width(scalar)
    }
    return offset
  }

  private static func directoryName(from stem: String) -> String {
    String(stem.map { $0.isASCII && ($0.isLetter || $0.isNumber) ? $0 : "_" })
  }
}
