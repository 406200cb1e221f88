import Foundation

/// The documents of a corpus, in memory or in files that are read when a document is asked for.
package struct Documents: Sendable {
  private enum Source {
    case memory([String])
    /// For each document its first byte, its length, and where the documents of the file begin.
    case files(TextFiles)
  }

  private let source: Source

  /// Documents in memory.
  package init(_ documents: [String]) { source = .memory(documents) }

  /// Those of files.
  init(_ files: TextFiles) { source = .files(files) }

  /// The number of documents.
  package var count: Int {
    switch source {
    case .memory(let documents): documents.count
    case .files(let files): files.documentCount
    }
  }

  /// Returns a document.
  ///
  /// - Throws: ``DataError`` when its file cannot be read any more.
  package func document(at index: Int) throws(DataError) -> String {
    switch source {
    case .memory(let documents): documents[index]
    case .files(let files): try files.document(at: index)
    }
  }

  /// Gives `body` all documents in order.
  package func readAll(_ body: (String) throws(DataError) -> Void) throws(DataError) {
    for index in 0..<count { try body(try document(at: index)) }
  }

  /// Throws if a file has changed since it was opened.
  package func checkUnchanged() throws(DataError) {
    if case .files(let files) = source { try files.checkUnchanged() }
  }
}

/// Where the documents of files are: twelve bytes for each.
struct TextFiles: Sendable {
  private let files: [TextFile]
  /// The number of documents up to the end of each file.
  private var ends: [Int] = []
  private var starts: [UInt64] = []
  private var lengths: [UInt32] = []

  var documentCount: Int { starts.count }

  /// Finds the documents of files, and cuts those of a text with few of them into pieces.
  ///
  /// - Throws: ``DataError`` of kind `badData` for a file without text.
  init(_ files: [(url: URL, file: TextFile)], separator: String?) throws(DataError) {
    self.files = files.map(\.file)
    for (url, file) in files {
      var scanner = DocumentScanner(separator: separator)
      try file.forEachPiece { scanner.scan($0) }
      scanner.finish()
      guard !scanner.documents.isEmpty else {
        throw .badData(
          path: url.path,
          reason: file.byteCount == 0 ? "the file is empty" : "the file holds only spaces",
          hint: "give a file with text in it")
      }
      for document in scanner.documents { try add(document, of: file) }
      ends.append(starts.count)
    }
    if documentCount < Self.fewDocuments { try cutIntoPieces() }
  }

  func document(at index: Int) throws(DataError) -> String {
    let file = files[ends.firstIndex { index < $0 } ?? 0]
    let start = Int(starts[index])
    return String(
      decoding: try file.bytes(in: start..<start + Int(lengths[index])), as: UTF8.self)
  }

  func checkUnchanged() throws(DataError) {
    for file in files { try file.checkUnchanged() }
  }

  /// Adds a document; one of four gigabytes becomes two.
  private mutating func add(_ range: Range<Int>, of file: TextFile) throws(DataError) {
    var rest = range
    while rest.count > Self.longestDocument {
      guard let cut = try Self.cut(rest, of: file, after: Self.longestDocument) else { break }
      append(cut.piece)
      rest = cut.rest
    }
    append(rest)
  }

  private mutating func append(_ range: Range<Int>) {
    starts.append(UInt64(range.lowerBound))
    lengths.append(UInt32(range.count))
  }

  private static let fewDocuments = 20
  private static let pieceBytes = 2000
  private static let longestDocument = 1 << 26

  /// Cuts every document into pieces of about 2000 bytes, so that one in ten can be set aside for validation.
  private mutating func cutIntoPieces() throws(DataError) {
    let (allStarts, allLengths, allEnds) = (starts, lengths, ends)
    (starts, lengths, ends) = ([], [], [])
    var index = 0
    for (file, end) in zip(files, allEnds) {
      while index < end {
        let start = Int(allStarts[index])
        var rest = start..<start + Int(allLengths[index])
        while rest.count > Self.pieceBytes,
          let cut = try Self.cut(rest, of: file, after: Self.pieceBytes)
        {
          try appendUnlessBlank(cut.piece, of: file)
          rest = cut.rest
        }
        if !rest.isEmpty { try appendUnlessBlank(rest, of: file) }
        index += 1
      }
      ends.append(starts.count)
    }
  }

  private mutating func appendUnlessBlank(_ range: Range<Int>, of file: TextFile) throws(DataError)
  {
    let text = String(decoding: try file.bytes(in: range), as: UTF8.self)
    if !text.allSatisfy(\.isWhitespace) { append(range) }
  }

  /// Cuts a part in two, at the last line end or else the last space before `limit` bytes, which is dropped; without one
  /// between characters.
  private static func cut(
    _ range: Range<Int>, of file: TextFile, after limit: Int
  ) throws(DataError) -> (piece: Range<Int>, rest: Range<Int>)? {
    // No line end is needed that is far from the limit.
    let window = min(limit, 1 << 16)
    let start = range.lowerBound + limit - window
    let bytes = try file.bytes(in: start..<min(start + window + 1, range.upperBound))
    var end = window
    while end > 0, end < bytes.count, bytes[end] & 0xC0 == 0x80 { end -= 1 }
    let head = bytes[..<end]
    let cut =
      head.lastIndex(of: UInt8(ascii: "\n")) ?? head.lastIndex(of: UInt8(ascii: " "))
    if let cut, start + cut > range.lowerBound {
      return (range.lowerBound..<start + cut, (start + cut + 1)..<range.upperBound)
    }
    return (range.lowerBound..<start + end, (start + end)..<range.upperBound)
  }
}
