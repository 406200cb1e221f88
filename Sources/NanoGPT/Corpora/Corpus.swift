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
    self.sha256 = Files.sha256(text)
    self.byteCount = text.count
  }
}
