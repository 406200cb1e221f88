import Foundation
import Machine

/// Reading and writing whole files, with errors a person can act on.
package enum Files {
  /// Returns the bytes of the file at `url`; a pipe is read to its end.
  package static func read(_ url: URL, hint: String) throws(DataError) -> [UInt8] {
    try reading(url, hint: hint) {
      // To the end, whatever it is: a pipe has no size.
      let file = try FileHandle(forReadingFrom: url)
      defer { try? file.close() }
      return [UInt8](try file.readToEnd() ?? Data())
    }
  }

  /// Returns the bytes of the file at `url`; those of a large one come from the disk as they are asked for.
  ///
  /// Whatever happens to the file of a small one afterwards, its bytes stay what they were.
  static func map(_ url: URL, hint: String) throws(DataError) -> Data {
    try reading(url, hint: hint) {
      let size = try url.resourceValues(forKeys: [.fileSizeKey]).fileSize ?? 0
      return try Data(contentsOf: url, options: size > Self.largest ? .alwaysMapped : [])
    }
  }

  /// Gives `body` the bytes of the file at `url`, a piece at a time.
  static func forEachPiece(
    of url: URL, hint: String, _ body: (UnsafeBufferPointer<UInt8>) -> Void
  ) throws(DataError) {
    try reading(url, hint: hint) { try forEachPiece(of: InputFile(at: url.path), body) }
  }

  /// The same of a file that is open.
  static func forEachPiece(
    of file: InputFile, _ body: (UnsafeBufferPointer<UInt8>) throws -> Void
  ) throws {
    let buffer = UnsafeMutableBufferPointer<UInt8>.allocate(capacity: 1 << 20)
    defer { buffer.deallocate() }
    var offset = 0
    while true {
      let count = try file.read(into: UnsafeMutableRawBufferPointer(buffer), at: offset)
      if count == 0 { return }
      try body(UnsafeBufferPointer(rebasing: buffer[..<count]))
      offset += count
    }
  }

  /// Returns the SHA-256 of the file at `url`, of whatever length.
  static func sha256(of url: URL, hint: String) throws(DataError) -> String {
    let hash = SHA256.Stream()
    try forEachPiece(of: url, hint: hint) { hash.update($0) }
    return hash.hexadecimal()
  }

  /// The most bytes that are read at once, where they could be mapped.
  private static let largest = 1 << 28

  /// Runs `body`, which reads at `url`, and explains its failure.
  static func reading<Bytes>(
    _ url: URL, hint: String, _ body: () throws -> Bytes
  ) throws(DataError) -> Bytes {
    var isDirectory: ObjCBool = false
    guard FileManager.default.fileExists(atPath: url.path, isDirectory: &isDirectory) else {
      throw .missingInput(path: url.path, reason: "no such file", hint: hint)
    }
    guard !isDirectory.boolValue else {
      throw .badData(path: url.path, reason: "is a directory, not a file", hint: hint)
    }
    return try readingOpenFile(url, hint: hint, body)
  }

  /// The same of a file that is open, which may have lost its name meanwhile.
  static func readingOpenFile<Bytes>(
    _ url: URL, hint: String, _ body: () throws -> Bytes
  ) throws(DataError) -> Bytes {
    do {
      return try body()
    } catch {
      throw .missingInput(
        path: url.path, reason: "cannot be read (\(reason(for: error)))", hint: hint)
    }
  }

  /// Writes the file at `url` whole or not at all.
  ///
  /// - Parameters:
  ///   - bytes: The content.
  ///   - url: The file to create or replace.
  ///   - isDurable: Whether it must outlast a loss of power, which costs some milliseconds of waiting.
  /// - Throws: ``DataError`` of kind `cannotWrite`.
  package static func write(
    _ bytes: [UInt8], to url: URL, isDurable: Bool = true
  ) throws(DataError) {
    try writing(to: url) {
      let file = try NewFile(at: url.path)
      try bytes.withUnsafeBytes { try file.append($0) }
      try file.commit(isDurable: isDurable)
    }
  }

  /// Writes files that belong together to a directory: none gets its name before the disk has all of them.
  ///
  /// A full disk leaves what was there before. Only a process that is killed between two names, of which each takes no
  /// time, leaves some of the files new and some old.
  ///
  /// - Throws: ``DataError`` of kind `cannotWrite`.
  package static func write(
    _ files: [(name: String, bytes: [UInt8])], to directory: URL
  ) throws(DataError) {
    var written: [(url: URL, file: NewFile)] = []
    for (name, bytes) in files {
      let url = directory.appendingPathComponent(name)
      try writing(to: url) {
        let file = try NewFile(at: url.path)
        try bytes.withUnsafeBytes { try file.append($0) }
        try file.synchronize()
        written.append((url, file))
      }
    }
    for (url, file) in written { try writing(to: url) { try file.commit() } }
  }

  /// Runs `body`, which writes at `url`, and explains its failure.
  package static func writing(to url: URL, _ body: () throws -> Void) throws(DataError) {
    do {
      try body()
    } catch {
      throw .cannotWrite(
        path: url.path, reason: "cannot be written (\(reason(for: error)))",
        hint: "free some space or choose a directory you may write to")
    }
  }

  /// What the operating system said, at the bottom of Foundation's error; else Foundation's own words.
  private static func reason(for error: any Error) -> String {
    if let system = error as? SystemError { return system.description }
    if let underlying = (error as NSError).userInfo[NSUnderlyingErrorKey] as? any Error {
      return reason(for: underlying)
    }
    return error.localizedDescription
  }
}

/// Something outside the program is wrong: a file, a corpus, a disk.
///
/// The kind of the error is what a caller acts on; its description is one line that says what is
/// wrong, where, and what to do next.
public enum DataError: Error, Equatable, CustomStringConvertible {
  /// An input does not exist or cannot be opened.
  case missingInput(path: String, reason: String, hint: String)
  /// An input exists but its content is not what it should be.
  case badData(path: String, reason: String, hint: String)
  /// An output cannot be written.
  case cannotWrite(path: String, reason: String, hint: String)

  /// One line: where, what, and what to do next.
  public var description: String {
    switch self {
    case .missingInput(let path, let reason, let hint),
      .badData(let path, let reason, let hint),
      .cannotWrite(let path, let reason, let hint):
      "\(path): \(reason); \(hint)"
    }
  }
}

/// Numbers as files have them: the least significant byte first.
extension [UInt8] {
  /// Appends the bytes of `value`.
  mutating func append(littleEndian value: some FixedWidthInteger & UnsignedInteger) {
    for shift in stride(from: 0, to: value.bitWidth, by: 8) {
      append(UInt8(truncatingIfNeeded: value >> shift))
    }
  }

  /// Returns the number whose bytes start at `offset`.
  func littleEndian<Number: FixedWidthInteger & UnsignedInteger>(
    _ type: Number.Type, at offset: Int
  ) -> Number {
    (0..<Number.bitWidth / 8).reduce(0) { $0 | Number(self[offset + $1]) << (8 * $1) }
  }
}

extension String {
  /// The text as a JSON string, with quotes.
  var quotedForJSON: String {
    let escaped = unicodeScalars.map { scalar in
      switch scalar {
      case "\"", "\\": return "\\\(scalar)"
      case "\u{0}"..."\u{1F}":
        let digits = String(scalar.value, radix: 16)
        return "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
      default: return String(scalar)
      }
    }
    return "\"\(escaped.joined())\""
  }
}
