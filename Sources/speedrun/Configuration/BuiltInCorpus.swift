import ArgumentParser
import NanoGPT

/// The corpora that need no file.
enum BuiltInCorpus: String, CaseIterable, ExpressibleByArgument {
  case kjv
  case micro

  /// The text.
  func corpus() throws(DataError) -> Corpus {
    switch self {
    case .kjv: try .kingJames()
    case .micro: .micro()
    }
  }

  /// The vocabulary its track has.
  var vocabulary: Int {
    switch self {
    case .kjv: TrackFile.kjv.track.vocabulary
    case .micro: TrackFile.micro.track.vocabulary
    }
  }
}
