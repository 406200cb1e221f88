import ArgumentParser
import Autograd
import Foundation
import Statistics
import Text

/// Runs arms on the same seeds, and says which reaches the target first, if that can be said.
struct CompareCommand: ColoredCommand {
  static let configuration = CommandConfiguration(
    commandName: "compare",
    abstract: "Compare optimizers on the same seeds: steps and seconds to the target.",
    discussion: """
      speedrun compare
      speedrun compare --arm adamw --arm muon --arm muon-rms=muon,muon.scale=rms --seeds 10

      An arm is OPTIMIZER or NAME=OPTIMIZER, then ,key=value for each setting of its recipe; the first is \
      the baseline of the others. Every arm runs its own schedule to the end on every seed, one run after \
      the other, in DIR/NAME-seedN. What has finished there is not run again, so the same command \
      continues where it was interrupted. At the end DIR/result.json has the report, and DIR/record.json \
      says what was compared.

      An arm's stop step is the first validation at which the mean loss over the seeds is below the target \
      with p < 0.01: a one-sided t-test with the arm's own deviation. The ratios of steps and seconds \
      come with intervals of 95 %, by a bootstrap over the seeds, the same for both arms, that decides \
      the stop steps anew. With fewer than \(StopRule.leastSeeds) seeds, or an arm that is not \
      significantly below the target at any step, there is no verdict.

      \(ExitStatus.help)
      """)

  @Option(
    name: .customLong("arm"),
    help: "An arm, such as muon-rms=muon,muon.scale=rms (default: adamw, then muon).")
  var armTexts: [String] = []

  @Option(parsing: .unconditional, help: "The number of seeds of each arm.")
  var seeds = 10

  @Option(parsing: .unconditional, help: "The first seed.")
  var firstSeed: UInt64 = 0

  @Option(help: "The track: \(TrackFile.builtIn.map { $0.track.name }.joined(separator: ", ")).")
  var track = "kjv"

  @Option(help: "A track of your own, in TOML.", completion: .file(extensions: ["toml"]))
  var trackFile: String?

  @Option(
    name: .customLong("set"), help: "Change a value of the track, or of every recipe: key=value.")
  var settings: [String] = []

  @Option(parsing: .unconditional, help: "The validation loss to reach.")
  var target: Double?

  @OptionGroup var precision: PrecisionOption

  @OptionGroup var threads: ThreadsOption

  @OptionGroup var diagnostics: DiagnosticsOption

  @Option(
    help: "Where the runs are (default: results/comparisons/TRACK).", completion: .directory)
  var out: String?

  @Option(
    parsing: .unconditional,
    help: "Runs at a time, which share the cores; more than one disturbs the seconds.")
  var parallel = 1

  @Option(help: "What it is for: leaderboard, lengths or ablations.")
  var purpose = ExperimentRecord.Purpose.leaderboard

  @Option(help: "A title for the record.")
  var title: String?

  @Flag(help: "Run nothing: evaluate the runs that are there.")
  var noRun = false

  @Flag(help: "Print the report as JSON.")
  var json = false

  @Flag(help: "No progress.")
  var quiet = false

  @OptionGroup var color: ColorOption

  func validate() throws {
    guard (1...10_000).contains(seeds) else {
      throw ValidationError("--seeds \(seeds): it must be in 1...10000")
    }
    guard (1...1024).contains(parallel) else {
      throw ValidationError("--parallel \(parallel): it must be in 1...1024")
    }
    guard purpose.kind == .comparison else {
      throw ValidationError("--purpose \(purpose.rawValue): that is for sweeps")
    }
    guard firstSeed <= UInt64.max - UInt64(seeds) else {
      throw ValidationError("--first-seed \(firstSeed): the last seed would be too large")
    }
  }

  func run() throws {
    let comparison = try comparison()
    if !noRun { try run(comparison) }
    let runs = try comparison.finishedRuns()
    let report = try comparison.report(on: runs)
    // A record of fewer seeds than were asked for would claim what the command does not make.
    if runs.count == comparison.seeds.count {
      try comparison.write(
        report, on: runs, purpose: purpose, title: title,
        command: CommandText.text(CommandLine.arguments.dropFirst()),
        parallel: noRun ? nil : parallel)
    }
    try Console.output(color.mode).printResult(json ? try JSON.document(report) : report.text)
    guard !report.isDecided else { return }
    if let more = report.moreSeeds {
      let messages = Console.messages(color.mode)
      messages.hint(
        "the same command with --seeds \(max(seeds, report.seeds.count + more)) "
          + "keeps the finished runs and adds the rest")
    }
    throw ExitCode(ExitStatus.undecided.rawValue)
  }

  /// What the options name, before any of it is looked at.
  func request() throws(UsageError) -> (
    arms: [Arm], seeds: [UInt64], source: TrackSource, settings: [Setting]
  ) {
    var arms: [Arm] = []
    for text in armTexts.isEmpty ? ["adamw", "muon"] : armTexts { arms.append(try Arm(text)) }
    var settings: [Setting] = []
    for text in self.settings { settings.append(try Setting(text)) }
    if let target { settings.append(Setting(key: "target", value: String(target))) }
    let source =
      trackFile.map { TrackSource.contents(of: URL(fileURLWithPath: $0)) } ?? .named(track)
    return (arms, (0..<UInt64(seeds)).map { firstSeed + $0 }, source, settings)
  }

  private func comparison() throws -> Comparison {
    let (arms, seeds, source, settings) = try request()
    let name = try source.file().track.name
    return try Comparison(
      arms, seeds: seeds, on: source, settings: settings, precision: try precision.checked(),
      directory: out.map { URL(fileURLWithPath: $0, isDirectory: true) }
        ?? URL(fileURLWithPath: "results/comparisons", isDirectory: true)
        .appendingPathComponent(name, isDirectory: true))
  }

  /// Runs what is missing.
  private func run(_ comparison: Comparison) throws {
    let messages = Console.messages(color.mode)
    let trials = comparison.order.map { trial in
      var trial = trial
      trial.diagnosticsEvery = diagnostics.interval
      return trial
    }
    if parallel > 1 {
      try PreparedData.prepare(for: trials) { if !quiet { messages.print($0) } }
    }
    var waiting = trials.makeIterator()
    var seconds: [Double] = []
    let cores = ProcessInfo.processInfo.activeProcessorCount
    let runner = TrialRunner(
      parallel: parallel, threads: min(threads.count, max(1, cores / parallel)))
    let isComplete = try runner.run(
      next: { waiting.next() },
      ended: { trial, record, isNew in
        seconds.append(record.result.wallSeconds)
        guard isNew, !quiet else { return }
        messages.print(
          ProgressLine.ended(
            trial.directory.lastPathComponent, record.result, of: trials.count, durations: seconds,
            parallel: parallel))
      })
    guard isComplete else {
      messages.print("interrupted: the same command continues from here")
      throw ExitCode(ExitStatus.interrupted.rawValue)
    }
  }
}

extension ExperimentRecord.Purpose: ExpressibleByArgument {}
