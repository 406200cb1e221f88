import Foundation
import NanoGPT
import Runs

/// A track with its recipes, and the options of `speedrun run` that name it.
package struct TrackSource: Hashable, Sendable {
  package let definition: TrackDefinition
  /// `--track NAME` or `--track-file FILE`, and `--data DIR` if its text is somebody's own.
  package let options: [String]

  /// The preset it was made of; nil of a track.
  package let preset: String?

  /// Where the data lie that they name; nil for those of the track's corpus.
  package let dataDirectory: URL?

  /// A track of a run that goes on, whose data are known.
  package init(_ definition: TrackDefinition, options: [String], dataDirectory: URL) {
    (self.definition, self.options, preset) = (definition, options, nil)
    self.dataDirectory = dataDirectory
  }

  /// A track of a record, whatever the options that named it mean by now.
  package init(_ definition: TrackDefinition, options: [String]) {
    (self.definition, self.options, preset) = (definition, options, nil)
    dataDirectory = options.firstIndex(of: "--data").flatMap { index in
      options.dropFirst(index + 1).first.map { URL(fileURLWithPath: $0, isDirectory: true) }
    }
  }

  /// A track or a preset that this program knows by name, or a track of a file: for what needs no data.
  package static func definition(named name: String, file: String?) throws -> TrackDefinition {
    try file.map { try TrackFile(contentsOf: URL(fileURLWithPath: $0)).definition }
      ?? Registry.current.track(named: name)
  }

  /// A track that this program knows by name, or of a file, perhaps on data of its own.
  package init(named name: String, file: String? = nil, data: String? = nil) throws {
    let own = try file.map { try TrackFile(contentsOf: URL(fileURLWithPath: $0)) }
    var definition = try own?.definition ?? Registry.current.track(named: name)
    preset = definition.track.isPreset ? definition.track.name : nil
    let directory = data.map { URL(fileURLWithPath: $0, isDirectory: true) }
    if let directory { try definition.track.adopt(corpusIn: directory) }
    guard !definition.track.isPreset else {
      throw UsageError(
        "\(definition.track.name) is a size of a model, and needs data of your own",
        hint: "--data DIR names what `speedrun prepare` has written, or a directory of shards")
    }
    self.definition = definition
    options =
      (file.map { ["--track-file", $0] } ?? ["--track", name])
      + (data.map { ["--data", $0] } ?? [])
    dataDirectory = directory ?? own?.data
  }

  /// The data to train on; a corpus that is known by name and not there yet is prepared first.
  package func data(for track: Track, progress: (String) -> Void) throws(DataError)
    -> any TrainingData
  {
    if let dataDirectory { return try track.data(in: dataDirectory) }
    return try track.preparedData(progress: progress)
  }
}
