import Foundation
import Machine

/// A file of UTF-8 whose lines end in LF, from which any part can be read.
///
/// It is the file that somebody gave, or a copy of it without a name where that was a pipe, had a byte order mark, lines
/// that end otherwise, or bytes to be replaced. Of either only a piece is ever in memory.
final class TextFile: Sendable {
  private let url: URL
  private let file: InputFile
  /// The length of the text in bytes.
  let byteCount: Int
  /// How many characters are U+FFFD for bytes that are not UTF-8.
  let replacedCount: Int

  private static let hint = "give the path of a UTF-8 text file"

  /// Opens a file.
  ///
  /// - Parameters:
  ///   - url: Where it is.
  ///   - isLossy: Whether bytes that are not UTF-8 are replaced instead of refused.
  /// - Throws: ``DataError`` of kind `missingInput` or `badData`.
  init(_ url: URL, isLossy: Bool) throws(DataError) {
    self.url = url
    let given = try Files.reading(url, hint: Self.hint) { try InputFile(at: url.path) }
    if given.isRegular, try Self.isClean(given, at: url) {
      (file, byteCount, replacedCount) = (given, given.size, 0)
      return
    }
    var cleaner = TextCleaner(isLossy: isLossy)
    var offset = 0
    var invalid: Int?
    file = try Files.readingOpenFile(url, hint: Self.hint) {
      try InputFile.temporary { append in
        try Files.forEachPiece(of: given) { piece in
          guard invalid == nil else { return }
          switch cleaner.clean(piece) {
          case .clean(let bytes): try bytes.withUnsafeBytes { try append($0) }
          case .invalid(let place): invalid = offset + place
          }
          offset += piece.count
        }
        if invalid == nil {
          switch cleaner.finish() {
          case .clean(let bytes): try bytes.withUnsafeBytes { try append($0) }
          case .invalid(let place): invalid = offset + place
          }
        }
      }
    }
    if let invalid {
      throw .badData(
        path: url.path, reason: "not UTF-8: invalid byte at offset \(invalid)",
        hint:
          "convert it first, for example with `iconv -f latin1 -t utf-8`, or replace such bytes "
          + "with --lossy")
    }
    (byteCount, replacedCount) = (file.size, cleaner.replacedCount)
  }

  /// Gives `body` the whole text, piece by piece.
  func forEachPiece(_ body: (UnsafeBufferPointer<UInt8>) -> Void) throws(DataError) {
    try Files.readingOpenFile(url, hint: Self.hint) { try Files.forEachPiece(of: file, body) }
  }

  /// Returns the bytes of a part.
  ///
  /// - Throws: ``DataError`` of kind `badData` when somebody has written to the file since it was opened.
  func bytes(in range: Range<Int>) throws(DataError) -> [UInt8] {
    let bytes = try Files.readingOpenFile(url, hint: Self.hint) {
      try [UInt8](unsafeUninitializedCapacity: range.count) { buffer, count in
        count = try file.read(into: UnsafeMutableRawBufferPointer(buffer), at: range.lowerBound)
      }
    }
    guard bytes.count == range.count else { throw changed }
    return bytes
  }

  /// Throws if somebody has written to the file since it was opened.
  func checkUnchanged() throws(DataError) {
    if file.hasChanged { throw changed }
  }

  private var changed: DataError {
    .badData(path: url.path, reason: "has changed while it was read", hint: "prepare it again")
  }

  /// Whether a file can be read as it is.
  private static func isClean(_ file: InputFile, at url: URL) throws(DataError) -> Bool {
    var cleaner = TextCleaner(isLossy: false)
    var isClean = true
    try Files.readingOpenFile(url, hint: hint) {
      try Files.forEachPiece(of: file) { piece in
        if isClean { isClean = cleaner.isClean(piece) }
      }
    }
    if isClean, case .clean = cleaner.finish() { return true }
    return false
  }
}

/// Makes lines end in LF, drops a byte order mark, and replaces what is not UTF-8, piece by piece.
struct TextCleaner {
  /// What has become of a piece.
  enum Outcome: Equatable {
    case clean([UInt8])
    /// A byte is not UTF-8; its place is seen from the start of the piece, and may lie before it.
    case invalid(Int)
  }

  private let isLossy: Bool
  /// The bytes of a character whose end is still to come.
  private var rest: [UInt8] = []
  private var isAtStart = true
  private var endsInCarriageReturn = false
  /// How many characters are U+FFFD for bytes that are not UTF-8.
  private(set) var replacedCount = 0

  private static let byteOrderMark: [UInt8] = [0xEF, 0xBB, 0xBF]
  private static let (newline, carriageReturn) = (UInt8(ascii: "\n"), UInt8(ascii: "\r"))

  init(isLossy: Bool) { self.isLossy = isLossy }

  /// Whether a piece, which follows others that were, can stay as it is.
  mutating func isClean(_ piece: UnsafeBufferPointer<UInt8>) -> Bool {
    if piece.contains(Self.carriageReturn) { return false }
    if isAtStart, piece.starts(with: Self.byteOrderMark) { return false }
    if case .clean = clean(piece) { return true }
    return false
  }

  /// Cleans a piece, all but a character that has not come to its end.
  mutating func clean(_ piece: UnsafeBufferPointer<UInt8>) -> Outcome {
    let earlier = rest.count
    var bytes = rest + piece
    rest = Array(bytes.suffix(Self.unfinished(at: bytes)))
    bytes.removeLast(rest.count)
    return cleaned(bytes, from: -earlier)
  }

  /// Cleans what is left at the end of the text.
  mutating func finish() -> Outcome {
    let bytes = rest
    rest = []
    return cleaned(bytes, from: -bytes.count)
  }

  /// The number of bytes at the end that begin a character and do not end it.
  private static func unfinished(at bytes: [UInt8]) -> Int {
    for (index, byte) in bytes.suffix(3).reversed().enumerated() {
      let length = byte < 0x80 ? 1 : byte < 0xC0 ? 0 : byte < 0xE0 ? 2 : byte < 0xF0 ? 3 : 4
      if length > 0 { return length > index + 1 ? index + 1 : 0 }
    }
    return 0
  }

  private mutating func cleaned(_ bytes: [UInt8], from offset: Int) -> Outcome {
    var bytes = bytes
    if String(validating: bytes, as: UTF8.self) == nil {
      guard isLossy else { return .invalid(offset + Self.firstInvalidByte(in: bytes)) }
      let already = bytes.indices.count { bytes[$0...].starts(with: [0xEF, 0xBF, 0xBD]) }
      let text = String(decoding: bytes, as: UTF8.self)
      replacedCount += text.unicodeScalars.count { $0 == "\u{FFFD}" } - already
      bytes = Array(text.utf8)
    }
    if isAtStart, !bytes.isEmpty {
      isAtStart = false
      if bytes.starts(with: Self.byteOrderMark) { bytes.removeFirst(3) }
    }
    guard endsInCarriageReturn || bytes.contains(Self.carriageReturn) else { return .clean(bytes) }
    var lines: [UInt8] = []
    for byte in bytes {
      if byte != Self.newline || !endsInCarriageReturn {
        lines.append(byte == Self.carriageReturn ? Self.newline : byte)
      }
      endsInCarriageReturn = byte == Self.carriageReturn
    }
    return .clean(lines)
  }

  private static func firstInvalidByte(in bytes: [UInt8]) -> Int {
    var decoder = UTF8()
    var offset = 0
    var rest = bytes.makeIterator()
    while case .scalarValue(let scalar) = decoder.decode(&rest) {
      offset += UTF8.width(scalar)
    }
    return offset
  }
}
