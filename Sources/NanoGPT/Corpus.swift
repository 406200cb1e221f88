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

extension Corpus {
  /// Any UTF-8 text: blank lines, the characters `<|endoftext|>` and the ends of files separate
  /// documents.
  ///
  /// Lines may end in CR LF. A corpus of fewer than 20 documents is cut into pieces of about 2000
  /// bytes, at line ends or spaces, so that one in ten can be set aside for validation.
  ///
  /// - Parameter files: At least one.
  /// - Returns: The documents of all files, in order, named `text-` and the name of the first file.
  /// - Throws: ``DataError`` of kind `missingInput` without a file, of kind `badData` for a file
  ///   that is not UTF-8 or holds no text.
  public static func text(files: [URL]) throws(DataError) -> Corpus {
    require(!files.isEmpty, "Corpus: \(files.count) text files, at least 1")
    var documents: [String] = []
    for file in files {
      documents += try self.documents(in: file)
    }
    if documents.count < fewDocuments {
      documents = documents.flatMap(pieces)
    }
    let stem = files[0].deletingPathExtension().lastPathComponent
    return Corpus(name: "text-\(directoryName(from: stem))", documents: documents)
  }

  private static func documents(in file: URL) throws(DataError) -> [String] {
    let bytes = try Files.read(file, hint: "give the path of a UTF-8 text file")
    guard let text = String(validating: bytes, as: UTF8.self) else {
      throw .badData(
        path: file.path, reason: "not UTF-8: invalid byte at offset \(firstInvalidByte(in: bytes))",
        hint: "convert it first, for example with `iconv -f latin1 -t utf-8`")
    }
    let documents = documents(in: text)
    guard !documents.isEmpty else {
      throw .badData(
        path: file.path, reason: bytes.isEmpty ? "the file is empty" : "the file holds only spaces",
        hint: "give a file with text in it")
    }
    return documents
  }

  /// Splits `text` at blank lines and at `<|endoftext|>`; the lines of a document end in LF alone.
  package static func documents(in text: String) -> [String] {
    text.split(separator: endOfTextLiteral).flatMap { section in
      section.split(omittingEmptySubsequences: false) { $0 == "\n" || $0 == "\r\n" }
        .split { line in line.allSatisfy(\.isWhitespace) }
        .map { lines in lines.joined(separator: "\n") }
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
