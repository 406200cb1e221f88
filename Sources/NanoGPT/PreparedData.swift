import Foundation

/// The prepared text a run reads, checked before anything is trained.
public struct PreparedData: TrainingData {
  /// Where they lie.
  public let directory: URL
  /// What `prepare` said about the files; nil for bare shards from elsewhere.
  public let manifest: Manifest?
  /// The shards to train on, in order.
  public let trainingShards: [TokenShard]
  /// The shards to validate on, in order.
  public let validationShards: [TokenShard]
  /// Nil when bare shards come without one: then nothing is known about bytes.
  public let tokenizer: BytePairTokenizer?
  /// SHA-256 of the tokenizer's file; nil without one.
  public let tokenizerSHA256: String?

  /// The shards.
  public var files: [DataFile] {
    [(trainingShards, Manifest.Split.train), (validationShards, .validation)].flatMap {
      shards, split in
      shards.map {
        DataFile(url: $0.url, split: split, sha256: $0.sha256, count: $0.tokens.count)
      }
    }
  }

  /// What the manifest says of it.
  public var entropyRate: Double? { manifest?.entropyRate }

  /// What a track asks of the data it is trained on.
  public struct Demand: Hashable, Sendable {
    /// The name of the track.
    public var track: String
    /// The name of the corpus.
    public var corpus: String
    /// SHA-256 of its text; nil accepts any.
    public var textSHA256: String?
    /// The number of tokens that the model knows.
    public var vocabulary: Int

    /// Creates a demand.
    public init(track: String, corpus: String, textSHA256: String?, vocabulary: Int) {
      (self.track, self.corpus, self.vocabulary) = (track, corpus, vocabulary)
      self.textSHA256 = textSHA256
    }
  }

  /// Reads the files in `directory` and checks them against what a track asks for.
  ///
  /// - Throws: ``DataError`` when a file is missing, or is not what it should be.
  public init(in directory: URL, for demand: Demand) throws(DataError) {
    self.directory = directory
    manifest = try Self.manifest(in: directory)
    (trainingShards, validationShards) = try Self.shards(in: directory, manifest)
    let file = directory.appendingPathComponent(Manifest.tokenizerFileName)
    if manifest != nil || FileManager.default.fileExists(atPath: file.path) {
      tokenizerSHA256 = SHA256.hexadecimal(try Files.read(file, hint: Self.hint))
      try Self.check(file, tokenizerSHA256, against: manifest?.tokenizerSHA256)
      tokenizer = try BytePairTokenizer(contentsOf: file)
    } else {
      (tokenizer, tokenizerSHA256) = (nil, nil)
    }
    try check(against: demand)
  }

  /// The manifest in `directory`; nil when there is a directory but no manifest.
  /// - Throws: ``DataError`` when it cannot be used, or there is no such directory.
  public static func manifest(in directory: URL) throws(DataError) -> Manifest? {
    guard FileManager.default.fileExists(atPath: directory.path) else {
      throw .missingInput(
        path: directory.path, reason: "no such directory", hint: "run `speedrun prepare` to make it"
      )
    }
    let file = directory.appendingPathComponent(Manifest.fileName)
    return FileManager.default.fileExists(atPath: file.path) ? try Manifest(in: directory) : nil
  }

  private static func shards(
    in directory: URL, _ manifest: Manifest?
  ) throws(DataError) -> (training: [TokenShard], validation: [TokenShard]) {
    if let manifest {
      return (
        try read(.train, of: manifest, in: directory),
        try read(.validation, of: manifest, in: directory)
      )
    }
    let names = (try? FileManager.default.contentsOfDirectory(atPath: directory.path)) ?? []
    let shards = names.filter { $0.hasSuffix(".bin") }.sorted()
    let unclear = shards.filter { split(ofShardNamed: $0) == nil }
    guard unclear.isEmpty else {
      throw .badData(
        path: directory.path,
        reason:
          "the names do not say what these shards are for: \(unclear.joined(separator: ", "))",
        hint: "one part of each name must be `train` or `val`, as in web_train_000001.bin")
    }
    func bare(_ wanted: Manifest.Split, _ part: String) throws(DataError) -> [TokenShard] {
      let found = shards.filter { split(ofShardNamed: $0) == wanted }
      guard !found.isEmpty else {
        throw .missingInput(
          path: directory.path,
          reason: "neither \(Manifest.fileName) nor shards named *_\(part)_*.bin",
          hint: "run `speedrun prepare`, or put token shards there")
      }
      return try read(found.map(directory.appendingPathComponent))
    }
    return (try bare(.train, "train"), try bare(.validation, "val"))
  }

  /// What a shard without a manifest is for: one of the parts of its name, between `_`, `-` and `.`, must be `train` or
  /// `val`; nil when none is, or both are.
  package static func split(ofShardNamed name: String) -> Manifest.Split? {
    let parts = Set(name.split { "_-.".contains($0) })
    return switch (parts.contains("train"), parts.contains("val")) {
    case (true, false): .train
    case (false, true): .validation
    default: nil
    }
  }

  /// Reads the shards of a manifest, each of which must be the file that was described.
  private static func read(
    _ split: Manifest.Split, of manifest: Manifest, in directory: URL
  ) throws(DataError) -> [TokenShard] {
    let described = manifest.shards.filter { $0.split == split }
    guard !described.isEmpty else {
      throw .badData(
        path: directory.appendingPathComponent(Manifest.fileName).path,
        reason: "names no \(split) shards", hint: Self.hint)
    }
    let shards = try read(manifest.shards(split, in: directory))
    for (shard, description) in zip(shards, described) {
      try check(shard.url, shard.sha256, against: description.sha256)
    }
    return shards
  }

  /// Compares a file's checksum with what its manifest says, if there is one.
  private static func check(
    _ file: URL, _ found: String?, against expected: String?
  ) throws(DataError) {
    guard let found, let expected, found != expected else { return }
    throw .badData(
      path: file.path, reason: "SHA-256 is \(found), the manifest says \(expected)",
      hint: "remove the file, and \(hint)")
  }

  private static let hint = "prepare the corpus again"

  private static func read(_ urls: [URL]) throws(DataError) -> [TokenShard] {
    var shards: [TokenShard] = []
    for url in urls { shards.append(try TokenShard(contentsOf: url)) }
    return shards
  }

  private func check(against demand: Demand) throws(DataError) {
    if let manifest, let expected = demand.textSHA256, manifest.textSHA256 != expected {
      throw .badData(
        path: directory.path,
        reason:
          "its text has SHA-256 \(manifest.textSHA256), track \(demand.track) wants \(expected)",
        hint: "remove the directory and run `speedrun prepare --corpus \(demand.corpus)`")
    }
    let known = manifest?.vocabulary ?? tokenizer?.vocabularySize ?? demand.vocabulary
    guard known <= demand.vocabulary else {
      throw .badData(
        path: directory.path,
        reason: "prepared with \(known) tokens, track \(demand.track) has \(demand.vocabulary)",
        hint: "run with `--set vocabulary=\(known)`")
    }
    for shard in validationShards {
      guard let same = trainingShards.first(where: { $0.sha256 == shard.sha256 }) else { continue }
      throw .badData(
        path: shard.url.path,
        reason:
          "is to validate on, and the same as \(same.url.lastPathComponent), which is to train on",
        hint: "a model is judged on text that it has not seen: use another shard")
    }
    for shard in trainingShards + validationShards {
      try shard.validate(
        vocabularySize: min(demand.vocabulary, tokenizer?.vocabularySize ?? demand.vocabulary))
    }
  }
}
