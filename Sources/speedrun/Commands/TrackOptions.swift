import ArgumentParser
import Experiments
import Foundation
import Runs

/// `--optimizer`, the same for every command that trains with one.
struct OptimizerOption: ParsableArguments {
  @Option(
    name: .customLong("optimizer"), help: "What updates the matrices inside the blocks.",
    completion: .list(Registry.current.ruleNames))
  var name = "muon"

  func validate() throws {
    let known = Registry.current.ruleNames
    guard known.contains(name) else {
      throw ValidationError(
        "--optimizer \(name): no optimizer is called that; "
          + "they are \(known.joined(separator: ", "))")
    }
  }
}

/// Which track, on which data, with which changes: the same for every command that trains on one.
struct TrackOptions: ParsableArguments {
  @Option(
    name: .customLong("track"),
    help: "The track: \(Registry.current.trackNames.joined(separator: ", ")).",
    completion: .list(Registry.current.trackNames))
  var name = "kjv"

  @Option(help: "A track of your own, in TOML.", completion: .file(extensions: ["toml"]))
  var trackFile: String?

  @Option(
    help: "A directory of prepared data, instead of the track's corpus.", completion: .directory)
  var data: String?

  @Option(
    name: .customLong("set"), help: "Change a value of the track or the recipe: key=value.")
  var settings: [String] = []

  @Option(parsing: .unconditional, help: "The validation loss to reach.")
  var target: Double?

  /// The track on its data, before any setting.
  func source() throws -> TrackSource {
    try TrackSource(named: name, file: trackFile, data: data)
  }

  /// The options that name the track, as they were given.
  var options: [String] {
    (trackFile.map { ["--track-file", $0] } ?? ["--track", name])
      + (data.map { ["--data", $0] } ?? [])
  }

  /// `--set`, then what other flags are shorter ways to say.
  func settings(_ more: (key: String, value: String)?...) throws(UsageError) -> [Setting] {
    var all: [Setting] = []
    for text in settings { all.append(try Setting(text)) }
    let flags = more + [target.map { ("target", "\($0)") }]
    return all + flags.compactMap { $0.map { Setting(key: $0.key, value: $0.value) } }
  }
}
