import ArgumentParser
import Autograd
import Experiments
import Foundation
import Machine
import NanoGPT
import Runs
import Text
import Verification

/// Runs arms on the same seeds, and says which reaches the target first, if that can be said.
struct CompareCommand: ColoredCommand, KernelsCommand {
  static let configuration = CommandConfiguration(
    commandName: "compare",
    abstract: "Compare optimizers on the same seeds: steps and seconds to the target.",
    discussion: """
      \(Speedrun.name) compare --until-decided
      \(Speedrun.name) compare --arm adamw --arm muon --arm muon-rms=muon,muon.scale=rms --seeds 10

      An arm is OPTIMIZER or NAME=OPTIMIZER, then ,key=value for each setting of its recipe; the first is \
      the baseline of the others. Every arm runs its own schedule to the end on every seed, one run after \
      the other, in DIR/NAME-seedN. What has finished there is not run again, so the same command \
      continues where it was interrupted. At the end DIR/result.json has the verdict, and DIR/record.json \
      says what was compared.

      With --until-decided, seeds are added until each arm is known to be faster or slower than the baseline, or to \
      differ by less than --within percent of its steps. The first seed of each arm has the machine to itself, \
      for the seconds; the rest run side by side with one thread each, for the same bits. The intervals hold at \
      every look, so that stopping at the first answer costs no error.

      With a given number of seeds, an arm's stop step is the first validation at which the mean loss over the seeds is below the target \
      with p < 0.01: a one-sided t-test with the arm's own deviation. The ratios of steps and seconds \
      come with intervals of 95 %, by a bootstrap over the seeds, the same for both arms, that decides \
      the stop steps anew. With fewer than \(StopRule.leastSeeds) seeds, or an arm that is not \
      significantly below the target at any step, there is no verdict.

      \(ExitStatus.help)
      """)

  @Option(
    name: .customLong("arm"),
    help: "An arm, such as muon-rms=muon,muon.scale=rms (default: adamw, then muon).",
    completion: .list(Registry.current.ruleNames))
  var armTexts: [String] = []

  @Option(
    parsing: .unconditional,
    help:
      "The number of seeds of each arm (default: 10), or with --until-decided the most (default: 30)."
  )
  var seeds: Int?

  @Flag(help: "Add seeds until every arm is faster or slower than the baseline, or alike.")
  var untilDecided = false

  @Option(
    parsing: .unconditional,
    help:
      "With --until-decided: a difference of less than this percentage counts as none (default: 5)."
  )
  var within: Double?

  @Option(
    name: .customLong("to"), parsing: .unconditional,
    help: "With --until-decided: go on until the ratio is known to this percentage.")
  var precisionOfRatio: Double?

  @Option(parsing: .unconditional, help: "The first seed.")
  var firstSeed: UInt64 = 0

  @OptionGroup var track: TrackOptions

  @OptionGroup var precision: PrecisionOption

  @OptionGroup var kernels: KernelsOption

  @OptionGroup var threads: ThreadsOption

  @OptionGroup var launcher: LauncherOption

  @OptionGroup var diagnostics: DiagnosticsOption

  @Option(
    help:
      "Where the runs are (default: a directory in results/comparisons for what is compared, on any seeds).",
    completion: .directory)
  var out: String?

  @Option(
    parsing: .unconditional,
    help:
      "Runs at a time, which share the cores; more than one disturbs the seconds (default: 1, or with --until-decided one for every core after the first seed)."
  )
  var parallel: Int?

  @Option(help: "What it is for: leaderboard, lengths, ablations, knowledge, growth or size.")
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
    for (option, value) in [("--within", within), ("--to", precisionOfRatio)] {
      guard let value else { continue }
      if !untilDecided { throw ValidationError("\(option) belongs to --until-decided") }
      guard value > 0, value < 100 else {
        throw ValidationError("\(option) \(value): it must be above 0 and below 100 percent")
      }
    }
    if untilDecided, noRun { throw ValidationError("--until-decided excludes --no-run") }
    guard firstSeed <= UInt64.max - UInt64(seedCount) else {
      throw ValidationError("--first-seed \(firstSeed): the last seed would be too large")
    }
  }

  func run() throws { try run(recordedAs: Array(CommandLine.arguments.dropFirst(2))) }

  /// Runs the comparison; its record says that these arguments asked for it.
  func run(recordedAs arguments: [String]) throws {
    let launcher = try launcher.launcher()
    var experiment = try experiment()
    let lock = noRun ? nil : try experiment.lock()
    defer { withExtendedLifetime(lock) {} }
    if !quiet {
      for warning in try experiment.request.warnings { Console.messages(color.mode).warn(warning) }
    }
    if untilDecided {
      experiment = try decided(experiment, by: launcher)
    } else if noRun {
      try experiment.noteFinished()
    } else {
      try run(&experiment, by: launcher)
    }
    let result = try experiment.verdict()
    // A record of fewer seeds than were asked for would claim what the command does not make.
    if experiment.isComplete {
      try experiment.writeRecord(
        command: CommandText.recorded(
          ["compare"] + arguments + (track.isNamed ? [] : track.options)),
        parallel: noRun ? nil : sideBySide, launcher: launcher?.name)
    }
    try Console.output(color.mode).printResult(
      json ? try JSON.document(result) : result.text(withSeconds: hasSeconds(experiment)))
    guard !result.isDecided else { return }
    if let more = result.moreSeeds {
      let messages = Console.messages(color.mode)
      let next = Self.command(arguments, seeds: max(seedCount, result.seeds.count + more))
      messages.hint("keeps the finished runs and adds the rest: \(next.text)")
    }
    throw ExitCode(ExitStatus.undecided.rawValue)
  }

  /// The arms that the options name.
  private func arms() throws(UsageError) -> [Arm] {
    var arms: [Arm] = []
    for text in armTexts.isEmpty ? ["adamw", "muon"] : armTexts { arms.append(try Arm(text)) }
    return arms
  }

  /// The number of seeds, or the most.
  var seedCount: Int { seeds ?? (untilDecided ? 30 : 10) }

  private var seedList: [UInt64] { (0..<UInt64(seedCount)).map { firstSeed + $0 } }

  /// The runs at a time.
  var sideBySide: Int {
    parallel ?? (untilDecided ? Processor.usableCount : 1)
  }

  /// Whether the seconds of runs say something.
  func hasSeconds(_ experiment: Experiment) -> Bool {
    sideBySide == 1 && experiment.hasComparableTimes
  }

  /// What seeds are added for.
  private var question: DecisionRule? {
    untilDecided
      ? DecisionRule(within: (within ?? 5) / 100, precision: precisionOfRatio.map { $0 / 100 })
      : nil
  }

  /// What the options ask for, before any file that they name is looked at.
  ///
  /// A command that names no track meant the one that was the default then, and one that added seeds got as many as
  /// it needed: the record has both.
  func askedFor(in record: ExperimentRecord) throws(UsageError) -> AskedFor {
    let isPrefix = untilDecided && seedList.starts(with: record.seeds)
    return AskedFor(
      arms: try arms().map { ($0.name, $0.optimizer, $0.settings.map(\.text)) },
      seeds: isPrefix ? record.seeds : seedList,
      settings: try track.settings().map(\.text), precision: precision.value.rawValue,
      purpose: purpose, title: title, question: question,
      trackOptions: track.isNamed ? track.options : record.trackOptions)
  }

  private func experiment() throws -> Experiment {
    let source = try track.source()
    let request = try Request(
      source, arms: try arms(), seeds: seedList, settings: try track.settings(),
      precision: precision.value, purpose: purpose, title: title, question: question)
    for arm in request.arms where source.definition.isUntuned(arm.optimizer) {
      Console.messages(color.mode).warnUntuned(arm.optimizer, source)
    }
    let directory =
      out.map { URL(fileURLWithPath: $0, isDirectory: true) } ?? request.defaultDirectory
    let experiment = try Experiment(
      request, in: directory, diagnosticsEvery: diagnostics.interval)
    try experiment.checkDirectories()
    return experiment
  }
}

extension Purpose: ExpressibleByArgument {}
