import Foundation

/// The files of a prepared corpus, in memory: nothing is written before everything is known.
struct CorpusFiles {
  let manifest: Manifest
  let files: [(name: String, bytes: [UInt8])]

  /// Tokenizes a corpus.
  init(_ corpus: Corpus, split: DocumentSplit, tokenizer: any Tokenizer, shardCapacity: Int) {
    let tokenizerFile = tokenizer.serialized()
    var files = [(name: Manifest.tokenizerFileName, bytes: tokenizerFile)]
    var shards: [Manifest.Shard] = []
    func add(_ documents: [String], to split: Manifest.Split, prefix: String) -> Manifest.Size {
      let tokens = tokenizer.encode(documents: documents).flatMap { [tokenizer.endOfText] + $0 }
      for (index, start) in stride(from: 0, to: tokens.count, by: shardCapacity).enumerated() {
        let part = Array(tokens[start..<min(start + shardCapacity, tokens.count)])
        let bytes = TokenShard.serialized(part)
        let name = prefix + String(format: "_%06d.bin", index)
        files.append((name, bytes))
        shards.append(
          Manifest.Shard(
            file: name, split: split, sha256: SHA256.hexadecimal(bytes), tokens: part.count))
      }
      return Manifest.Size(
        documents: documents.count, bytes: documents.reduce(0) { $0 + $1.utf8.count },
        tokens: tokens.count)
    }
    let train = add(split.train, to: .train, prefix: "train")
    let validation = add(split.validation, to: .validation, prefix: "val")
    manifest = Manifest(
      version: Manifest.currentVersion, corpus: corpus.name, textSHA256: corpus.sha256,
      textBytes: corpus.byteCount, vocabulary: tokenizer.vocabularySize,
      tokenizerSHA256: SHA256.hexadecimal(tokenizerFile), train: train, validation: validation,
      shards: shards,
      // The rate is per byte token, so it is a floor of the loss under the byte tokenizer only.
      entropyRate: tokenizer is ByteTokenizer ? corpus.entropyRate : nil,
      unicode: Manifest.unicodeVersion)
    self.files = files
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
      guard SHA256.hexadecimal(try Files.read(file, hint: "make it readable")) == expected else {
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

  /// Writes all files to `place`, as ``write(_:to:unless:)`` does.
  func write(to place: URL, unless isAlreadyThere: () -> Bool) throws(DataError) {
    var all = files
    try Files.writing(to: place) {
      all.append((Manifest.fileName, Array(try manifest.serialized())))
    }
    try Self.write(all, to: place, unless: isAlreadyThere)
  }

  /// Writes files, a manifest among them, to a directory beside `place` and moves that into its place.
  ///
  /// `isAlreadyThere` is asked at the last moment: if another process has prepared the same corpus
  /// meanwhile, its files stay.
  static func write(
    _ files: [(name: String, bytes: [UInt8])], to place: URL, unless isAlreadyThere: () -> Bool
  ) throws(DataError) {
    let manager = FileManager.default
    // A link stays one: what it leads to is replaced.
    let directory = place.resolvingSymlinksInPath()
    let replaced = directory.deletingLastPathComponent().appendingPathComponent(
      ".replaced-\(directory.lastPathComponent).\(ProcessInfo.processInfo.processIdentifier)")
    try Files.write(files, beside: directory) { partial throws(DataError) in
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
    }
  }
}
