import ArgumentParser
import Autograd
import Experiments
import Foundation
import Machine
import MessagePassing
import Runs
import Text

/// `--color`, the same for every command.
struct ColorOption: ParsableArguments {
  @Option(name: .customLong("color"), help: "Colors: auto, always or never.")
  var mode = ColorMode.auto
}

extension ColorMode: ExpressibleByArgument {}

/// A command that says when to use colors, so that its errors follow it too.
protocol ColoredCommand: ParsableCommand {
  var color: ColorOption { get }
}

/// Throws unless the value of an option is in a range.
func check(_ value: Int?, of option: String, in range: ClosedRange<Int>) throws(ValidationError) {
  guard let value, !range.contains(value) else { return }
  let allowed = range.upperBound == .max ? "at least \(range.lowerBound)" : "in \(range)"
  throw ValidationError("\(option) \(value): it must be \(allowed)")
}

/// `--threads`, the same for every command that computes.
struct ThreadsOption: ParsableArguments {
  @Option(
    name: .customLong("threads"), parsing: .unconditional,
    help: ArgumentHelp(
      "Threads, at most one a core; the numbers do not depend on it (default: \(usual))."))
  var asked: Int?

  private static let usual = min(Processor.usableCount, 1024)

  /// The number.
  var count: Int { asked ?? Self.usual }

  /// The number, where one was given that differs from what none would give.
  var given: Int? { count == Self.usual ? nil : count }

  /// The number, but no more than there are cores, which would only take turns.
  var usable: Int { min(count, Processor.usableCount) }

  /// The number for each of several ranks: without one they share the cores of their machine.
  func usable(among ranks: Ranks) -> Int {
    asked == nil ? max(1, usable / ranks.sharingProcessors) : usable
  }

  func validate() throws { try check(asked, of: "--threads", in: 1...1024) }
}

/// `--kernels`, the same for every command that computes with a choice of its own.
struct KernelsOption: ParsableArguments {
  private static let names = ProductKernels.allCases.map(\.name)

  @Option(
    name: .customLong("kernels"),
    help: ArgumentHelp(
      "Whose kernels: \(names.joined(separator: ", ")) (default: the fastest, or \(ProductKernels.variable)).",
      valueName: "family"),
    completion: .list(names))
  var name: String?
}

/// A command that can be told whose kernels to compute with.
protocol KernelsCommand: ParsableCommand {
  var kernels: KernelsOption { get }
}

/// `--precision`, the same for every command that computes.
struct PrecisionOption: ParsableArguments {
  @Option(
    name: .customLong("precision"),
    help: ArgumentHelp(
      "Arithmetic of the matrix products; bf16 needs a processor with AVX512-BF16 (default: float32)."
    ))
  var given: Precision?

  /// What is asked for.
  var value: Precision { given ?? .float32 }

  /// What is asked for, if this processor has it.
  func checked() throws(UsageError) -> Precision { try value.checked(for: "--precision") }
}

extension Precision: ExpressibleByArgument {
  /// Returns it, unless this processor does not have it: that is for running only, as a command of another machine
  /// can be read here.
  func checked(for option: String) throws(UsageError) -> Precision {
    guard let problem else { return self }
    throw UsageError("\(option) \(rawValue): \(problem); use \(option) float32")
  }
}

/// `--optimizer`, the same for every command that trains by one rule.
struct OptimizerOption: ParsableArguments {
  private static var known: [String] { Registry.current.ruleNames }

  @Option(
    name: .customLong("optimizer"),
    help:
      "What updates the matrices inside the blocks: \(known.joined(separator: ", ")) (default: muon).",
    completion: .list(known))
  var given: String?

  /// What is asked for.
  var name: String { given ?? "muon" }

  /// The name, if there is such a rule.
  func checked() throws(UsageError) -> String {
    guard Self.known.contains(name) else {
      throw UsageError(no: "optimizer", called: name, among: Self.known)
    }
    return name
  }
}

/// `--diagnostics`, the same for every command that trains.
struct DiagnosticsOption: ParsableArguments {
  @Flag(
    name: .customLong("diagnostics"),
    help: "Log every 20 steps what the update does to each matrix inside the blocks.")
  var isOn = false

  @Option(
    name: .customLong("diagnostics-every"), parsing: .unconditional,
    help: "The same, every so many steps.")
  var steps: Int?

  /// The number of steps from one look to the next; nil for none at all.
  var interval: Int? { steps ?? (isOn ? 20 : nil) }

  func validate() throws { try check(steps, of: "--diagnostics-every", in: 1...Int.max) }
}

/// `--data`, the same for every command that trains.
struct DataOption: ParsableArguments {
  @Option(
    name: .customLong("data"),
    help: "A directory of prepared data, instead of the track's corpus.", completion: .directory)
  var path: String?
}

/// Which track, on which text, and what changes about it.
struct TrackOptions: ParsableArguments {
  private static var names: [String] { Registry.current.trackNames }
  private static var presets: [String] { Registry.current.presetNames }

  @Option(
    help:
      "The track: \(names.joined(separator: ", ")) (default: \(Registry.current.defaultTrack)).",
    completion: .list(names))
  var track: String?

  @Option(
    help: "With --data, a model's size instead of a track: \(presets.joined(separator: ", ")).",
    completion: .list(presets))
  var preset: String?

  @Option(help: "A track of your own, in TOML.", completion: .file(extensions: ["toml"]))
  var trackFile: String?

  @OptionGroup var data: DataOption

  @Option(
    name: .customLong("set"), help: "Change a value of the track or of its recipes: key=value.")
  var texts: [String] = []

  @Option(
    parsing: .unconditional,
    help: "The validation loss to reach; on a track of images, the accuracy.")
  var target: Double?

  /// The track on its data, before any setting.
  func source() throws -> TrackSource {
    try TrackSource(named: trackName, file: trackFile, data: data.path)
  }

  /// The track before any setting, for what needs no data.
  func definition() throws -> TrackDefinition {
    try TrackSource.definition(named: trackName, file: trackFile)
  }

  func validate() throws {
    let named = [("--track", track), ("--track-file", trackFile), ("--preset", preset)]
      .filter { $1 != nil }.map(\.0)
    if named.count > 1 {
      throw ValidationError("\(named.joined(separator: " and ")): name the track once")
    }
    if let preset, !Self.presets.contains(preset) {
      throw ValidationError(
        "no preset is called '\(preset)': they are \(Self.presets.joined(separator: ", "))")
    }
  }

  private var trackName: String { track ?? preset ?? Registry.current.defaultTrack }

  /// Whether an option names it.
  var isNamed: Bool { track != nil || preset != nil || trackFile != nil }

  /// The options that name it, as they were given.
  var options: [String] {
    (trackFile.map { ["--track-file", $0] } ?? ["--track", trackName])
      + (data.path.map { ["--data", $0] } ?? [])
  }

  /// What changes: `--set`, the flags of a command that are shorter ways to say it, `--target`.
  func settings(_ flags: [(key: String, value: String?)] = []) throws(UsageError) -> [Setting] {
    var settings: [Setting] = []
    for text in texts { settings.append(try Setting(text)) }
    for (key, value) in flags + [("target", target.map { "\($0)" })] {
      if let value { settings.append(Setting(key: key, value: value)) }
    }
    return settings
  }
}
