import Foundation
import NanoGPT

/// The prepared files a run reads, checked before anything is trained.
struct PreparedData {
  let directory: URL
  /// What `prepare` said about the files; nil for bare shards from elsewhere.
  let manifest: Manifest?
  let trainingShards: [TokenShard]
  let validationShards: [TokenShard]
  /// Nil when bare shards come without one: then nothing is known about bytes.
  let tokenizer: BytePairTokenizer?

  /// Where the tokenizer lies.
  var tokenizerURL: URL { directory.appendingPathComponent(Manifest.tokenizerFileName) }

  /// The directory where a track's corpus is prepared by default.
  static func directory(corpus: String, vocabulary: Int) -> URL {
    URL(fileURLWithPath: "data", isDirectory: true).appendingPathComponent(
      CorpusPreparation.directoryName(corpus: corpus, vocabularySize: vocabulary),
      isDirectory: true)
  }

  /// Reads the files in `directory` and checks them against the track.
  init(in directory: URL, for track: Track) throws(DataError) {
    self.directory = directory
    manifest = try Self.manifest(in: directory)
    (trainingShards, validationShards) = try Self.shards(in: directory, manifest)
    try manifest?.verify(in: directory)
    let tokenizer = directory.appendingPathComponent(Manifest.tokenizerFileName)
    let hasTokenizer = manifest != nil || FileManager.default.fileExists(atPath: tokenizer.path)
    self.tokenizer = hasTokenizer ? try BytePairTokenizer(contentsOf: tokenizer) : nil
    try check(against: track)
  }

  /// The manifest in `directory`; nil when there is a directory but no manifest.
  static func manifest(in directory: URL) throws(DataError) -> Manifest? {
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
        try read(manifest.shards(.train, in: directory)),
        try read(manifest.shards(.validation, in: directory))
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
      try shard.validate(vocabularySize: track.vocabulary)
    }
  }
}

extension Track {
  /// Makes this the track for the corpus prepared in `directory`, whichever that is.
  ///
  /// On another text or vocabulary the target means nothing, so there is none.
  mutating func adopt(corpusIn directory: URL) throws(DataError) {
    let manifest = try PreparedData.manifest(in: directory)
    if let manifest, manifest.corpus == corpus, manifest.vocabulary == vocabulary { return }
    if manifest?.corpus != corpus { textSHA256 = nil }
    corpus = manifest?.corpus ?? directory.standardizedFileURL.lastPathComponent
    name = corpus
    target = nil
    guard let manifest else { return }
    vocabulary = manifest.vocabulary
    let windows = (manifest.validation.tokens - 1) / model.context
    valTokens = min(valTokens, max(1, windows) * model.context)
  }
}
