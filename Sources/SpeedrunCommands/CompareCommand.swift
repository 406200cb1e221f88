import ArgumentParser
import Autograd
import Experiments
import Foundation
import NanoGPT
import Runs
import Text
import Verification

/// Runs arms on the same seeds, and says which reaches the target first, if that can be said.
struct CompareCommand: ColoredCommand {
  static let configuration = CommandConfiguration(
    commandName: "compare",
    abstract: "Compare optimizers on the same seeds: steps and seconds to the target.",
    discussion: """
      \(Speedrun.name) compare
      \(Speedrun.name) compare --arm adamw --arm muon --arm muon-rms=muon,muon.scale=rms --seeds 10

      An arm is OPTIMIZER or NAME=OPTIMIZER, then ,key=value for each setting of its recipe; the first is \
      the baseline of the others. Every arm runs its own schedule to the end on every seed, one run after \
      the other, in DIR/NAME-seedN. What has finished there is not run again, so the same command \
      continues where it was interrupted. At the end DIR/result.json has the verdict, and DIR/record.json \
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

  @OptionGroup var track: TrackOptions

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
  var purpose = Purpose.leaderboard

  @Option(help: "A title for the record.")
  var title: String?

  @Flag(help: "Run nothing: evaluate the runs that are there.")
  var noRun = false

  @Flag(help: "Print the verdict as JSON.")
  var json = false

  @Flag(help: "No progress.")
  var quiet = false

  @OptionGroup var color: ColorOption

  func validate() throws {
    try check(seeds, of: "--seeds", in: 1...10_000)
    try check(parallel, of: "--parallel", in: 1...1024)
    guard purpose.kind == .comparison else {
      throw ValidationError("--purpose \(purpose.rawValue): that is for sweeps")
    }
    guard firstSeed <= UInt64.max - UInt64(seeds) else {
      throw ValidationError("--first-seed \(firstSeed): the last seed would be too large")
    }
  }

  func run() throws {
    var experiment = try experiment()
    if noRun {
      try experiment.noteFinished()
    } else {
      try run(&experiment)
    }
    let result = try experiment.verdict()
    // A record of fewer seeds than were asked for would claim what the command does not make.
    if experiment.isComplete {
      try experiment.writeRecord(
        command: CommandText.text(CommandLine.arguments.dropFirst()),
        parallel: noRun ? nil : parallel)
    }
    try Console.output(color.mode).printResult(json ? try JSON.document(result) : result.text)
    guard !result.isDecided else { return }
    if let more = result.moreSeeds {
      let messages = Console.messages(color.mode)
      messages.hint(
        "the same command with --seeds \(max(seeds, result.seeds.count + more)) "
          + "keeps the finished runs and adds the rest")
    }
    throw ExitCode(ExitStatus.undecided.rawValue)
  }

  /// The arms that the options name.
  private func arms() throws(UsageError) -> [Arm] {
    var arms: [Arm] = []
    for text in armTexts.isEmpty ? ["adamw", "muon"] : armTexts { arms.append(try Arm(text)) }
    return arms
  }

  private var seedList: [UInt64] { (0..<UInt64(seeds)).map { firstSeed + $0 } }

  /// What the options ask for, before any file that they name is looked at.
  func askedFor() throws(UsageError) -> AskedFor {
    AskedFor(
      arms: try arms().map { ($0.name, $0.optimizer, $0.settings.map(\.text)) }, seeds: seedList,
      settings: try track.settings().map(\.text), precision: precision.value.rawValue,
      purpose: purpose, title: title, trackOptions: track.options)
  }

  private func experiment() throws -> Experiment {
    let source = try track.source()
    let request = try Request(
      source, arms: try arms(), seeds: seedList, settings: try track.settings(),
      precision: precision.value, purpose: purpose, title: title)
    let directory =
      out.map { URL(fileURLWithPath: $0, isDirectory: true) }
      ?? URL(fileURLWithPath: "results/comparisons", isDirectory: true)
      .appendingPathComponent(source.definition.track.name, isDirectory: true)
    let experiment = try Experiment(
      request, in: directory, diagnosticsEvery: diagnostics.interval)
    try experiment.checkDirectories()
    return experiment
  }

  /// Runs what is missing.
  private func run(_ experiment: inout Experiment) throws {
    let messages = Console.messages(color.mode)
    if parallel > 1 {
      try experiment.prepareData { if !quiet { messages.print($0) } }
    }
    let total = experiment.trials.count
    var durations: [Double] = []
    let isComplete = try TrialRunner(parallel: parallel, threads: threads.count).run(
      next: { try experiment.next() },
      ended: { run, isNew in
        try experiment.note(run)
        guard isNew else { return }
        durations.append(run.record.result.wallSeconds)
        guard !quiet else { return }
        messages.print(
          ProgressLine.ended(
            run.trial.name, run.record.result, number: experiment.finishedCount, of: total,
            durations: durations, parallel: parallel))
      })
    guard isComplete else {
      messages.print("interrupted: the same command continues from here")
      throw ExitCode(ExitStatus.interrupted.rawValue)
    }
  }
}

extension Purpose: ExpressibleByArgument {}
