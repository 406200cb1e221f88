import Foundation

/// Writes a prepared corpus, of which only a piece is ever in memory.
struct CorpusFiles {
  let corpus: Corpus
  let split: DocumentSplit
  let tokenizer: any Tokenizer
  /// The largest number of tokens in a shard.
  let shardCapacity: Int

  /// Tokenizes the corpus and writes everything but the manifest to a directory that is to be at `place`.
  ///
  /// - Returns: The manifest, which names every file.
  func write(to directory: URL, for place: URL) throws(DataError) -> Manifest {
    let tokenizerFile = tokenizer.serialized()
    try Files.write(tokenizerFile, as: Manifest.tokenizerFileName, in: directory, for: place)
    var shards: [Manifest.Shard] = []
    func add(
      _ documents: [Int], to split: Manifest.Split, prefix: String
    ) throws(DataError) -> Manifest.Size {
      var writer = ShardWriter(
        prefix: prefix, capacity: shardCapacity, split: split, in: directory, for: place)
      let bytes = try forEachDocument(of: documents) { tokens throws(DataError) in
        try writer.append([tokenizer.endOfText] + tokens)
      }
      let written = try writer.finish()
      shards += written
      return Manifest.Size(
        documents: documents.count, bytes: bytes, tokens: written.reduce(0) { $0 + $1.tokens })
    }
    let train = try add(split.train, to: .train, prefix: "train")
    let validation = try add(split.validation, to: .validation, prefix: "val")
    try corpus.source.checkUnchanged()
    return Manifest(
      version: Manifest.currentVersion, corpus: corpus.name, textSHA256: corpus.sha256,
      textBytes: corpus.byteCount, vocabulary: tokenizer.vocabularySize,
      tokenizerSHA256: SHA256.hexadecimal(tokenizerFile), train: train, validation: validation,
      shards: shards,
      // The rate is per byte token, so it is a floor of the loss under the byte tokenizer only.
      entropyRate: tokenizer is ByteTokenizer ? corpus.entropyRate : nil,
      unicode: Manifest.unicodeVersion)
  }

  /// As many bytes of text are tokenized together; a word that occurs among them again is looked up.
  private static let pieceBytes = 1 << 22

  /// Gives `body` the tokens of documents, one after the other, and returns the bytes of their texts.
  private func forEachDocument(
    of documents: [Int], _ body: ([TokenID]) throws(DataError) -> Void
  ) throws(DataError) -> Int {
    var piece: [String] = []
    var (pieceBytes, bytes) = (0, 0)
    func flush() throws(DataError) {
      for tokens in tokenizer.encode(documents: piece) { try body(tokens) }
      (piece, pieceBytes) = ([], 0)
    }
    for index in documents {
      let document = try corpus.source.document(at: index)
      piece.append(document)
      pieceBytes += document.utf8.count
      bytes += document.utf8.count
      if pieceBytes >= Self.pieceBytes { try flush() }
    }
    try flush()
    return bytes
  }

  /// Throws unless `directory` may be replaced: it is not there, or all that is in it was prepared before.
  ///
  /// The manifest there proves it, file by file: each is named in it, and is what it says.
  static func checkReplaceable(_ directory: URL) throws(DataError) {
    let manager = FileManager.default
    guard manager.fileExists(atPath: directory.path) else { return }
    func refusal(_ reason: String) -> DataError {
      .cannotWrite(
        path: directory.path, reason: reason, hint: "remove it, or name a new directory with --out")
    }
    guard let names = try? manager.contentsOfDirectory(atPath: directory.path) else {
      throw refusal("is something that is not a prepared corpus")
    }
    if names.isEmpty { return }
    let manifest = directory.appendingPathComponent(Manifest.fileName)
    guard let data = try? Data(contentsOf: manifest),
      let prepared = try? JSONDecoder().decode(Prepared.self, from: data)
    else { throw refusal("holds something that is not a prepared corpus") }
    for name in names.sorted() where name != Manifest.fileName {
      guard let expected = prepared.checksums[name] else {
        throw refusal("holds \(name), which \(Manifest.fileName) does not name")
      }
      let file = directory.appendingPathComponent(name)
      guard try Files.sha256(of: file, hint: "make it readable") == expected else {
        throw refusal("holds another \(name) than \(Manifest.fileName) describes")
      }
    }
  }

  /// What a manifest of any version says of the files beside it.
  private struct Prepared: Decodable {
    struct Shard: Decodable {
      let file: String
      let sha256: String
    }

    /// Nil of images.
    let tokenizer: String?
    let shards: [Shard]

    enum CodingKeys: String, CodingKey {
      case shards
      case tokenizer = "tokenizer_sha256"
    }

    var checksums: [String: String] {
      var checksums = Dictionary(shards.map { ($0.file, $0.sha256) }) { $1 }
      checksums[Manifest.tokenizerFileName] = tokenizer
      return checksums
    }
  }

  /// Fills a directory beside `place` and moves that into its place.
  ///
  /// `isAlreadyThere` is asked at the last moment: if another process has prepared the same corpus
  /// meanwhile, its files stay.
  static func replace(
    _ place: URL, unless isAlreadyThere: () -> Bool, by fill: (URL) throws(DataError) -> Void
  ) throws(DataError) {
    let manager = FileManager.default
    // A link stays one: what it leads to is replaced.
    let directory = place.resolvingSymlinksInPath()
    let replaced = directory.deletingLastPathComponent().appendingPathComponent(
      ".replaced-\(directory.lastPathComponent).\(ProcessInfo.processInfo.processIdentifier)")
    try Files.makeDirectory(
      beside: directory, fill: fill,
      move: { partial throws(DataError) in
        if isAlreadyThere() { return }
        // Tokenizing takes a while, in which somebody may have put something there.
        try checkReplaceable(directory)
        try Files.writing(to: directory) {
          let isReplaced = manager.fileExists(atPath: directory.path)
          if isReplaced { try manager.moveItem(at: directory, to: replaced) }
          do {
            try manager.moveItem(at: partial, to: directory)
          } catch {
            if isReplaced { try? manager.moveItem(at: replaced, to: directory) }
            throw error
          }
          // Only what is still nothing but ours goes.
          if isReplaced, (try? checkReplaceable(replaced)) != nil {
            try? manager.removeItem(at: replaced)
          }
        }
      })
  }
}
