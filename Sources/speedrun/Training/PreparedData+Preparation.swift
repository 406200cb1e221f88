import Foundation
import NanoGPT

extension PreparedData {
  /// The directory where a track's corpus is prepared by default.
  static func directory(corpus: String, vocabulary: Int) -> URL {
    URL(fileURLWithPath: "data", isDirectory: true).appendingPathComponent(
      CorpusPreparation.directoryName(corpus: corpus, vocabularySize: vocabulary),
      isDirectory: true)
  }

  /// The data of a track's own corpus; a built-in one that is not there yet is prepared first.
  init(preparing track: Track, progress: (String) -> Void) throws(DataError) {
    let directory = Self.directory(corpus: track.corpus, vocabulary: track.vocabulary)
    let manifest = directory.appendingPathComponent(Manifest.fileName)
    if !FileManager.default.fileExists(atPath: manifest.path),
      let builtIn = BuiltInCorpus(rawValue: track.corpus)
    {
      progress("preparing \(track.corpus) in \(directory.relativePath), once")
      try CorpusPreparation.prepare(
        try builtIn.corpus(), into: directory, vocabularySize: track.vocabulary,
        progress: progress)
    }
    try self.init(in: directory, for: track)
  }

  /// Prepares what trials will read, so that no two of them do it at once.
  static func prepare(for trials: [Trial], progress: (String) -> Void) throws {
    var seen: Set<URL> = []
    for trial in trials {
      let track = try trial.plan().track
      let place = directory(corpus: track.corpus, vocabulary: track.vocabulary)
      if seen.insert(place).inserted {
        _ = try PreparedData(preparing: track, progress: progress)
      }
    }
  }
}
