import Foundation
import NanoGPT

/// The prepared files a run reads, checked before anything is trained.
package struct PreparedData {
  package let directory: URL
  /// What `prepare` said about the files; nil for bare shards from elsewhere.
  package let manifest: Manifest?
  package let trainingShards: [TokenShard]
  package let validationShards: [TokenShard]
  /// Nil when bare shards come without one: then nothing is known about bytes.
  package let tokenizer: BytePairTokenizer?
  /// SHA-256 of the tokenizer's file; nil without one.
  package let tokenizerSHA256: String?

  /// The number of tokens to train on.
  package var trainingTokens: Int { trainingShards.reduce(0) { $0 + $1.tokens.count } }

  /// Where the tokenizer lies.
  package var tokenizerURL: URL { directory.appendingPathComponent(Manifest.tokenizerFileName) }

  /// Reads the files in `directory` and checks them against the track.
  package init(in directory: URL, for track: Track) throws(DataError) {
    self.directory = directory
    manifest = try Self.manifest(in: directory)
    (trainingShards, validationShards) = try Self.shards(in: directory, manifest)
    let file = directory.appendingPathComponent(Manifest.tokenizerFileName)
    if manifest != nil || FileManager.default.fileExists(atPath: file.path) {
      tokenizerSHA256 = Files.sha256(try Files.read(file, hint: Self.hint))
      try Self.check(file, tokenizerSHA256, against: manifest?.tokenizerSHA256)
      tokenizer = try BytePairTokenizer(contentsOf: file)
    } else {
      (tokenizer, tokenizerSHA256) = (nil, nil)
    }
    try check(against: track)
  }

  /// The manifest in `directory`; nil when there is a directory but no manifest.
  package static func manifest(in directory: URL) throws(DataError) -> Manifest? {
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
    func bare(_ part: String) throws(DataError) -> [TokenShard] {
      let found = names.filter { $0.hasSuffix(".bin") && $0.contains(part) }.sorted()
      guard !found.isEmpty else {
        throw .missingInput(
          path: directory.path,
          reason: "neither \(Manifest.fileName) nor shards named *\(part)*.bin",
          hint: "run `speedrun prepare`, or put token shards there")
      }
      return try read(found.map(directory.appendingPathComponent))
    }
    return (try bare("train"), try bare("val"))
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
      path: file.path, reason: "SHA-256 is \(found), the manifest says \(expected)", hint: hint)
  }

  private static let hint = "prepare the corpus again"

  private static func read(_ urls: [URL]) throws(DataError) -> [TokenShard] {
    var shards: [TokenShard] = []
    for url in urls { shards.append(try TokenShard(contentsOf: url)) }
    return shards
  }

  private func check(against track: Track) throws(DataError) {
    if let manifest, let expected = track.textSHA256, manifest.textSHA256 != expected {
      throw .badData(
        path: directory.path,
        reason:
          "its text has SHA-256 \(manifest.textSHA256), track \(track.name) wants \(expected)",
        hint: "remove the directory and run `speedrun prepare --corpus \(track.corpus)`")
    }
    let known = manifest?.vocabulary ?? tokenizer?.vocabularySize ?? track.vocabulary
    guard known <= track.vocabulary else {
      throw .badData(
        path: directory.path,
        reason: "prepared with \(known) tokens, track \(track.name) has \(track.vocabulary)",
        hint: "run with `--set vocabulary=\(known)`")
    }
    for shard in trainingShards + validationShards {
      try shard.validate(
        vocabularySize: min(track.vocabulary, tokenizer?.vocabularySize ?? track.vocabulary))
    }
  }
}

extension PreparedData {
  /// The directory where a track's corpus is prepared by default.
  package static func directory(corpus: String, vocabulary: Int) -> URL {
    URL(fileURLWithPath: "data", isDirectory: true).appendingPathComponent(
      CorpusPreparation.directoryName(corpus: corpus, vocabularySize: vocabulary),
      isDirectory: true)
  }

  /// The data of a track's own corpus; one that is known by name and not there yet is prepared first.
  package init(preparing track: Track, progress: (String) -> Void) throws(DataError) {
    let directory = Self.directory(corpus: track.corpus, vocabulary: track.vocabulary)
    let manifest = directory.appendingPathComponent(Manifest.fileName)
    if !FileManager.default.fileExists(atPath: manifest.path),
      let text = Registry.current.corpus(named: track.corpus)
    {
      progress("preparing \(track.corpus) in \(directory.relativePath), once")
      try CorpusPreparation.prepare(
        try text(), into: directory, vocabularySize: track.vocabulary, progress: progress)
    }
    try self.init(in: directory, for: track)
  }
}
