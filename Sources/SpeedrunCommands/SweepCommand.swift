import ArgumentParser
import Autograd
import Experiments
import Foundation
import Machine
import Muon
import NanoGPT
import Runs
import Text

/// Searches each arm's hyperparameters with the same number of trials.
struct SweepCommand: ColoredCommand, KernelsCommand {
  static let configuration = CommandConfiguration(
    commandName: "sweep",
    abstract: "Search the hyperparameters of several arms, with as many trials for each.",
    discussion: """
      \(Speedrun.name) sweep results/sweeps/sprint.toml
      \(Speedrun.name) sweep --optimizer lion

      The plan is a TOML file; the article Records and rules explains it. Without one, --optimizer makes a plan of \
      32 trials from that optimizer's recipe, and then compares the best with --against on ten seeds that the \
      search has not seen. Every trial is a whole `\(Speedrun.name) run` in a process of its own, scored by its final validation loss.

      Writes trials.jsonl (a line for every trial), runs/ (the record of every trial), plan.toml, \
      result.json and record.json to the output directory. The same command goes on where it was stopped: finished \
      trials are never run again, and after a change of the plan those that still match are used.

      \(ExitStatus.help)
      """)

  @Argument(help: "The plan, in TOML.", completion: .file(extensions: ["toml"]))
  var plan: String?

  @Option(help: "Without a plan: the optimizer whose recipe the search starts from.")
  var optimizer: String?

  @Option(help: "Without a plan: what the best is compared with, or none (default: adamw).")
  var against: String?

  @OptionGroup var track: TrackOptions

  @OptionGroup var precision: PrecisionOption

  @OptionGroup var kernels: KernelsOption

  @Option(
    help:
      "Where to write (default: results/sweeps/ and the name of the plan, or TRACK-OPTIMIZER); with --optimizer, DIR-seeds has the comparison.",
    completion: .directory)
  var out: String?

  @Option(
    parsing: .unconditional,
    help: "Trials at a time, which share the cores (default: one for every core).")
  var parallel: Int?

  @Option(
    parsing: .unconditional,
    help: "Threads of each trial; without --launcher no more than its share of the cores.")
  var threads: Int?

  @OptionGroup var launcher: LauncherOption

  @Flag(help: "Print the trials, and do nothing else.")
  var dryRun = false

  @Flag(help: "Print the result as JSON instead of tables.")
  var json = false

  @Flag(help: "No progress.")
  var quiet = false

  @OptionGroup var color: ColorOption

  func validate() throws {
    try check(parallel, of: "--parallel", in: 1...1024)
    try check(threads, of: "--threads", in: 1...1024)
    if json, dryRun { throw ValidationError("--dry-run excludes --json") }
    if json, optimizer != nil, against != "none" {
      throw ValidationError("--json prints one result: add --against none, and compare by itself")
    }
    guard (plan == nil) != (optimizer == nil) else {
      throw ValidationError("a sweep needs either a plan file or --optimizer")
    }
    let belongsToPlan =
      track.isNamed || !track.texts.isEmpty || track.target != nil || precision.value != .float32
    if plan != nil, against != nil || belongsToPlan {
      throw ValidationError(
        "track, settings, precision and arms are the plan's: change them there")
    }
    if !track.texts.isEmpty || track.target != nil {
      throw ValidationError("--set and --target: write them into a plan (--dry-run prints one)")
    }
  }

  func run() throws {
    let launcher = try launcher.launcher()
    let request = try request()
    if dryRun {
      let console = Console.output(color.mode)
      if plan == nil { console.print(request.plan ?? "") }
      console.print(Table(trialsOf: request).text)
      console.print()
      console.print("\(Format.count(request.trialCount, "trial")) in all")
      return
    }
    let messages = Console.messages(color.mode)
    let say: (String) -> Void = { if !quiet { messages.print($0) } }
    let directory = try SweepDirectory(outputDirectory(for: request))
    if try directory.keep(request) {
      say("the plan has changed: finished trials that it still has are not run again")
    }
    var experiment = try Experiment(request, in: directory.url)
    try experiment.prepareData(progress: say)
    let cores = Processor.usableCount
    let runner = TrialRunner(
      parallel: parallel ?? cores, threads: threads, by: launcher, cores: cores)
    say(
      "\(Format.count(request.trialCount, "trial")), \(runner.parallel) at a time with "
        + "\(Format.count(runner.threads, "thread")) each; writing to "
        + directory.url.relativePath)
    try search(&experiment, by: runner, for: directory, messages)
    try experiment.writeRecord(
      command: CommandText.recorded(CommandLine.arguments.dropFirst()), parallel: runner.parallel,
      launcher: launcher?.name)
    let result = try experiment.ranking()
    if json {
      try Console.output(color.mode).printResult(try JSON.document(result))
    } else {
      result.print(to: .output(color.mode))
    }
    if let optimizer { try compare(experiment, optimizer) }
  }

  /// What the plan file asks for, or the plan that is made of the optimizer's recipe.
  private func request() throws -> Request {
    if let plan {
      return try Request(contentsOf: URL(fileURLWithPath: plan), data: track.data.path)
    }
    guard let optimizer else { fail("a sweep without plan and optimizer") }
    guard Registry.current.ruleNames.contains(optimizer) else {
      throw UsageError(no: "optimizer", called: optimizer, among: Registry.current.ruleNames)
    }
    let text = try DerivedPlan(for: optimizer, on: try track.source(), precision: precision.value)
      .text
    return try Request(
      plan: text, in: URL(fileURLWithPath: ".", isDirectory: true), data: track.data.path)
  }

  /// Compares what the search has found with a baseline, on seeds that it has not seen.
  private func compare(_ search: Experiment, _ optimizer: String) throws {
    let baseline = against ?? AdamW.name
    guard baseline != "none", baseline != optimizer, let winner = search.searches[0].best,
      winner.loss?.isFinite == true
    else { return }
    let keys = search.searches[0].arm.keys
    let steps = try steps(of: winner, in: search)
    let tuned = (winner.settings.filter { keys.contains($0.key) } + steps)
      .map { ",\($0.text)" }.joined()
    let first = (winner.seeds.max() ?? 0) + 1
    let cores = parallel ?? Processor.usableCount
    let arguments =
      track.options
      + (precision.value == .float32 ? [] : ["--precision", precision.value.rawValue])
      + ["--arm", baseline, "--arm", "\(optimizer)=\(optimizer)\(tuned)"]
      + ["--first-seed", "\(first)", "--seeds", "10", "--parallel", "\(cores)"]
      + (threads.map { ["--threads", "\($0)"] } ?? []) + launcher.options
      + (out.map { ["--out", "\($0)-seeds"] } ?? [])
      + (quiet ? ["--quiet"] : [])
    let messages = Console.messages(color.mode)
    if !quiet {
      messages.print("\n\(CommandText.text(["compare"] + arguments, as: Speedrun.command))")
    }
    try CompareCommand.parse(arguments).run(recordedAs: arguments)
  }

  /// Runs every trial there is no record of.
  private func search(
    _ experiment: inout Experiment, by runner: TrialRunner, for directory: SweepDirectory,
    _ messages: Console
  ) throws {
    var display = ProgressDisplay(messages, isQuiet: quiet)
    let watcher = ExperimentWatcher(experiment, isQuiet: quiet, on: messages)
    // Whatever comes next, an error too, starts on a line of its own.
    defer { display.clear() }
    try watcher.watching(
      { experiment },
      run: {
        let isComplete = try runner.run(
          next: { try experiment.next() },
          ended: { run, _ in
            try experiment.note(run)
            try directory.write(try experiment.trialLines)
            watcher.update { experiment }
          },
          lost: { loss in
            display.clear()
            messages.warn(loss)
          },
          tick: {
            display.show(
              ProgressLine(
                trial: experiment.finishedCount, trials: experiment.request.trialCount,
                best: experiment.searches.map { ($0.arm.name, $0.best?.loss) },
                durations: experiment.finished.map(\.record.result.wallSeconds),
                parallel: runner.parallel))
          })
        guard isComplete else {
          display.clear()
          messages.print(
            "interrupted: \(experiment.finishedCount) of \(experiment.request.trialCount) trials are "
              + "finished; the same command goes on from here")
          throw ExitCode(ExitStatus.interrupted.rawValue)
        }
      })
    watcher.finish(
      experiment, withSeconds: runner.parallel == 1 && experiment.hasComparableTimes)
  }

  /// A longer schedule than the one searched with, where that ends too high for every seed to reach the target.
  private func steps(of winner: Search.Point, in search: Experiment) throws -> [Setting] {
    let track = search.request.source.definition.track
    guard let target = track.target, let loss = winner.loss, let optimizer else { return [] }
    let steps = try search.request.source.definition.recipe(for: optimizer).steps
    let longer = DerivedPlan.steps(toReach: target, where: steps, endAt: loss)
    guard longer > steps else { return [] }
    if !quiet {
      Console.messages(color.mode).print(
        "\nthe best ends at \(Format.fixed(loss, 3)), the target is \(Format.fixed(target, 3)): "
          + "compared with \(longer) steps instead of \(steps)")
    }
    return [Setting(key: "steps", value: "\(longer)")]
  }

  private func outputDirectory(for request: Request) -> URL {
    let name =
      plan.map { URL(fileURLWithPath: $0).deletingPathExtension().lastPathComponent }
      ?? "\(request.source.definition.track.name)-\(optimizer ?? "")"
    return out.map { URL(fileURLWithPath: $0, isDirectory: true) }
      ?? URL(fileURLWithPath: "results/sweeps", isDirectory: true)
      .appendingPathComponent(name, isDirectory: true)
  }
}
