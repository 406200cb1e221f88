import Foundation

/// Where an experiment's track comes from.
package enum TrackSource: Hashable, Sendable {
  /// A built-in track.
  case named(String)
  /// A TOML file.
  case contents(of: URL)
  /// The track of a record, whatever the options that named it mean by now.
  case recorded(TrackFile, options: [String])

  /// The track and its recipes.
  package func file() throws -> TrackFile {
    switch self {
    case .named(let name): try TrackFile(named: name)
    case .contents(let url): try TrackFile(contentsOf: url)
    case .recorded(let file, _): file
    }
  }

  /// The options of `speedrun run` that name it.
  var arguments: [String] {
    switch self {
    case .named(let name): ["--track", name]
    case .contents(let url): ["--track-file", url.relativePath]
    case .recorded(_, let options): options
    }
  }
}
