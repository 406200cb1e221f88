import Autograd
import Foundation

/// Turns a corpus into what training reads: a tokenizer, token shards and a manifest.
public enum CorpusPreparation {
  /// Returns the name of the directory for a corpus and a vocabulary: `kjv-1024`.
  public static func directoryName(corpus: String, vocabularySize: Int) -> String {
    "\(corpus)-\(vocabularySize)"
  }

  /// Prepares `corpus` in `directory`, unless that is already done.
  ///
  /// The tokenizer learns from the training documents only; a vocabulary of 257 is the byte
  /// tokenizer. Every document starts with `endOfText`. All files appear together or not at all.
  ///
  /// - Parameters:
  ///   - corpus: The text.
  ///   - directory: Created, or replaced when it holds another prepared corpus or nothing.
  ///   - vocabularySize: One of ``BytePairTokenizer/vocabularySizes``.
  ///   - shardCapacity: The largest number of tokens in a shard.
  ///   - progress: Is told, in a line each, what is done and how large it is.
  /// - Returns: The description of the files.
  /// - Throws: ``DataError`` of kind `badData` when the text is too small for the vocabulary or to
  ///   be divided; of kind `cannotWrite`, also when `directory` holds something that was not prepared.
  @discardableResult
  public static func prepare(
    _ corpus: Corpus, into directory: URL, vocabularySize: Int, shardCapacity: Int = 100_000_000,
    progress: (String) -> Void = { _ in }
  ) throws(DataError) -> Manifest {
    if let manifest = matchingManifest(corpus, in: directory, vocabularySize: vocabularySize) {
      progress("\(directory.path): \(corpus.name) is already prepared")
      return manifest
    }
    guard BytePairTokenizer.vocabularySizes.contains(vocabularySize) else {
      throw .badData(
        path: corpus.name, reason: "cannot be prepared with \(vocabularySize) tokens",
        hint: "ask for \(BytePairTokenizer.vocabularySizes) tokens")
    }
    try CorpusFiles.checkReplaceable(directory)
    guard let split = try DocumentSplit(corpus.source) else {
      throw .badData(
        path: corpus.name,
        reason: "its \(corpus.documentCount) documents cannot be divided into "
          + "training and validation",
        hint: "use a longer text; blank lines separate documents")
    }
    progress(
      "\(corpus.name): \(corpus.byteCount) bytes, \(split.train.count) documents to train on, "
        + "\(split.validation.count) to validate on")
    let tokenizer = try tokenizer(for: corpus, split: split, vocabularySize: vocabularySize)
    let files = CorpusFiles(
      corpus: corpus, split: split, tokenizer: tokenizer, shardCapacity: shardCapacity)
    var prepared: Manifest?
    try CorpusFiles.replace(
      directory,
      unless: { matchingManifest(corpus, in: directory, vocabularySize: vocabularySize) != nil },
      by: { partial throws(DataError) in
        let manifest = try files.write(to: partial, for: directory)
        try manifest.write(to: partial, for: directory)
        prepared = manifest
      })
    guard let manifest = prepared else {
      fail("CorpusPreparation: \(directory.path) has no manifest")
    }
    let (train, validation) = (manifest.train, manifest.validation)
    progress(
      "tokens: vocabulary \(vocabularySize), \(train.tokens) to train on, \(validation.tokens) to "
        + "validate on, " + String(format: "%.3f", Double(train.bytes) / Double(train.tokens))
        + " bytes per token")
    let names = [Manifest.tokenizerFileName] + manifest.shards.map(\.file)
    progress("\(directory.path): written \(names.joined(separator: ", "))")
    return manifest
  }

  /// Returns the manifest in `directory` if it describes this very corpus and its files are intact.
  private static func matchingManifest(
    _ corpus: Corpus, in directory: URL, vocabularySize: Int
  ) -> Manifest? {
    guard let manifest = try? Manifest(in: directory), manifest.textSHA256 == corpus.sha256,
      manifest.corpus == corpus.name, manifest.vocabulary == vocabularySize,
      (try? manifest.verify(in: directory)) != nil
    else { return nil }
    return manifest
  }

  private static func tokenizer(
    for corpus: Corpus, split: DocumentSplit, vocabularySize: Int
  ) throws(DataError) -> any Tokenizer {
    if vocabularySize == ByteTokenizer.vocabularySize { return ByteTokenizer() }
    // Of a long text the first documents are enough: they are in an order of chance.
    var words = WordCounts()
    var bytes = 0
    for index in split.train where bytes < mostBytesToLearnFrom {
      let document = try corpus.source.document(at: index)
      words.add(document)
      bytes += document.utf8.count
    }
    let tokenizer = BytePairTrainer.train(on: words, vocabularySize: vocabularySize)
    guard tokenizer.vocabularySize == vocabularySize else {
      throw .badData(
        path: corpus.name,
        reason: "the text is too small for \(vocabularySize) tokens",
        hint: "use a longer text, or a vocabulary of \(tokenizer.vocabularySize) at most")
    }
    return tokenizer
  }

  private static let mostBytesToLearnFrom = 1 << 26
}

/// Documents divided into those to train on and those to validate on, by their numbers.
///
/// A document's own text decides, never its place: when the first eight bytes of its SHA-256, read
/// as a big-endian number, are a multiple of ten, it is for validation. Where that leaves a part
/// empty, the documents with the smallest hash are for validation, and all others for training.
package struct DocumentSplit {
  /// The documents to train on, shuffled once and for all.
  package let train: [Int]
  /// The documents to validate on, in the order of the source.
  package let validation: [Int]

  /// Divides `documents`; nil if they are all the same.
  package init?(_ documents: Documents) throws(DataError) {
    var hashes: [UInt64] = []
    try documents.readAll { hashes.append(Self.hash(of: $0)) }
    var isValidation = hashes.map { $0.isMultiple(of: 10) }
    if !isValidation.contains(true) || !isValidation.contains(false) {
      let smallest = hashes.min()
      isValidation = hashes.map { $0 == smallest }
    }
    guard isValidation.contains(true), isValidation.contains(false) else { return nil }
    let train = isValidation.indices.filter { !isValidation[$0] }
    self.train = seededPermutation(of: train.count, seed: 0).map { train[$0] }
    self.validation = isValidation.indices.filter { isValidation[$0] }
  }

  private static func hash(of document: String) -> UInt64 {
    SHA256.hash(document.utf8).prefix(8).reduce(0) { $0 << 8 | UInt64($1) }
  }
}
