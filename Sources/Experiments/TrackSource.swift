import Foundation
import NanoGPT
import Runs

/// A track with its recipes, and the options of `speedrun run` that name it.
package struct TrackSource: Hashable, Sendable {
  package let definition: TrackDefinition
  /// `--track NAME` or `--track-file FILE`, and `--data DIR` if its text is somebody's own.
  package let options: [String]

  /// A track of a record, whatever the options that named it mean by now.
  package init(_ definition: TrackDefinition, options: [String]) {
    (self.definition, self.options) = (definition, options)
  }

  /// A track that this program knows by name, or of a file, perhaps on data of its own.
  package init(named name: String, file: String? = nil, data: String? = nil) throws {
    var (definition, options) =
      try file.map {
        (try TrackDefinition(contentsOf: URL(fileURLWithPath: $0)), ["--track-file", $0])
      } ?? (try Registry.current.track(named: name), ["--track", name])
    if let data {
      try definition.track.adopt(corpusIn: URL(fileURLWithPath: data, isDirectory: true))
      options += ["--data", data]
    }
    self.init(definition, options: options)
  }

  /// Where the data lie that the options name; nil for those of the track's corpus.
  package var dataDirectory: URL? {
    guard let index = options.firstIndex(of: "--data"), index + 1 < options.count else {
      return nil
    }
    return URL(fileURLWithPath: options[index + 1], isDirectory: true)
  }

  /// The data to train on; a corpus that is known by name and not there yet is prepared first.
  package func data(for track: Track, progress: (String) -> Void) throws(DataError) -> PreparedData
  {
    if let dataDirectory { return try PreparedData(in: dataDirectory, for: track.demand) }
    return try track.preparedData(progress: progress)
  }
}
