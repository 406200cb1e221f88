import Autograd
import Foundation

/// A text to train on, cut into documents.
public struct Corpus: Sendable {
  /// A short name, which names the directory it is prepared in.
  public let name: String

  /// Where the documents are.
  package let source: Documents

  /// The number of documents.
  public var documentCount: Int { source.count }

  /// The least mean loss any model can reach on endless text of this kind, in nats per token of the
  /// byte tokenizer; nil for text that people wrote.
  public let entropyRate: Double?

  /// SHA-256 of the text: the documents with one blank line between them and a newline at the end.
  public let sha256: String

  /// The length of that text in bytes.
  public let byteCount: Int

  /// Creates a corpus from documents in memory.
  ///
  /// - Parameters:
  ///   - name: Letters, digits, `-` and `_`.
  ///   - documents: At least one, none of them empty.
  ///   - entropyRate: Nats per token of the byte tokenizer, where it is known.
  public init(name: String, documents: [String], entropyRate: Double? = nil) {
    var digest = TextDigest()
    for document in documents { digest.add(document) }
    (self.name, self.entropyRate, source) = (name, entropyRate, Documents(documents))
    (sha256, byteCount) = digest.result()
  }

  private init(name: String, files: TextFiles) throws(DataError) {
    var digest = TextDigest()
    (self.name, entropyRate, source) = (name, nil, Documents(files))
    try source.readAll { digest.add($0) }
    (sha256, byteCount) = digest.result()
  }

  /// All documents, in the order of the source.
  ///
  /// - Throws: ``DataError`` when a file cannot be read any more.
  public var documents: [String] {
    get throws(DataError) {
      var documents: [String] = []
      try source.readAll { documents.append($0) }
      return documents
    }
  }
}

/// The checksum and the length of a text that comes document by document.
private struct TextDigest {
  private let hash = SHA256.Stream()
  private var byteCount = 0

  mutating func add(_ document: String) {
    add(bytes: (byteCount == 0 ? "" : "\n\n").utf8)
    add(bytes: document.utf8)
  }

  mutating func result() -> (sha256: String, byteCount: Int) {
    add(bytes: "\n".utf8)
    return (hash.hexadecimal(), byteCount)
  }

  private mutating func add(bytes: String.UTF8View) {
    hash.update(bytes)
    byteCount += bytes.count
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
  /// Any UTF-8 text, of any length: blank lines, the characters `<|endoftext|>` and the ends of files separate
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
    var texts: [(URL, TextFile)] = []
    for url in files {
      let file = try TextFile(url, isLossy: format.isLossy)
      if format.isLossy, file.replacedCount > 0 {
        report(
          "\(url.path): \(file.replacedCount) characters are U+FFFD, for bytes that are not UTF-8")
      }
      texts.append((url, file))
    }
    let stem = files[0].deletingPathExtension().lastPathComponent
    return try Corpus(
      name: name ?? "text-\(directoryName(from: stem))",
      files: try TextFiles(texts, separator: format.separator))
  }

  private static func directoryName(from stem: String) -> String {
    String(stem.map { $0.isASCII && ($0.isLetter || $0.isNumber) ? $0 : "_" })
  }
}
