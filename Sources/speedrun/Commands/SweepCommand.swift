import ArgumentParser
import Autograd
import Foundation
import NanoGPT
import Text

/// Searches each arm's hyperparameters with the same number of trials.
struct SweepCommand: ColoredCommand {
  static let configuration = CommandConfiguration(
    commandName: "sweep",
    abstract: "Search the hyperparameters of several arms, with as many trials for each.",
    discussion: """
      The plan is a TOML file that results/README.md explains; results/sweeps/kjv.toml is one. Every \
      trial is a whole `speedrun run` in a process of its own, scored by its final validation loss.

      Writes trials.jsonl (a line for every trial), runs/ (the record of every trial), plan.toml, \
      result.json and record.json to the output directory. The same command goes on where it was stopped: finished \
      trials are never run again, and after a change of the plan those that still match are used.

      \(ExitStatus.help)
      """)

  @Argument(help: "The plan, in TOML.", completion: .file(extensions: ["toml"]))
  var plan: String

  @Option(
    help: "Where to write (default: results/sweeps/ and the name of the plan).",
    completion: .directory)
  var out: String?

  @Option(
    parsing: .unconditional,
    help: "Trials at a time, which share the cores (default: one for every core).")
  var parallel: Int?

  @Flag(help: "Print the trials and how many there are, and do nothing else.")
  var dryRun = false

  @Flag(help: "Print the result as JSON instead of tables.")
  var json = false

  @Flag(help: "No progress.")
  var quiet = false

  @OptionGroup var color: ColorOption

  func validate() throws {
    if let parallel, !(1...1024).contains(parallel) {
      throw ValidationError("--parallel \(parallel): it must be in 1...1024")
    }
    if json, dryRun { throw ValidationError("--dry-run excludes --json") }
  }

  func run() throws {
    let url = URL(fileURLWithPath: plan)
    let plan = try SweepPlan(contentsOf: url)
    let file = try plan.track.file()
    try plan.check(against: file)
    if dryRun {
      let console = Console.output(color.mode)
      console.print(Table(trialsOf: plan).text)
      console.print()
      console.print("\(Format.count(plan.trialCount, "trial")) in all")
      return
    }
    if let problem = plan.precision.problem {
      throw UsageError("precision = '\(plan.precision.rawValue)': \(problem)")
    }
    let messages = Console.messages(color.mode)
    let say: (String) -> Void = { if !quiet { messages.print($0) } }
    let directory = try SweepDirectory(outputDirectory(for: url))
    if try directory.keep(plan) {
      say("the plan has changed: finished trials that it still has are not run again")
    }
    var sweep = try Sweep(plan, on: file, in: directory.url)
    try PreparedData.prepare(for: sweep.trials, progress: say)
    let cores = ProcessInfo.processInfo.activeProcessorCount
    let runner = TrialRunner(parallel: parallel ?? cores, cores: cores)
    try search(&sweep, by: runner, for: directory, messages, say)
    let result = try SweepResult(sweep, track: file.track.name)
    try directory.write(result)
    try sweep.writeRecord(
      command: CommandText.text(CommandLine.arguments.dropFirst()), parallel: runner.parallel)
    if json {
      try Console.output(color.mode).printResult(try JSON.document(result))
    } else {
      result.print(to: .output(color.mode))
    }
  }

  /// Runs every trial there is no record of.
  private func search(
    _ sweep: inout Sweep, by runner: TrialRunner, for directory: SweepDirectory,
    _ messages: Console, _ say: (String) -> Void
  ) throws {
    say(
      "\(Format.count(sweep.plan.trialCount, "trial")), \(runner.parallel) at a time with "
        + "\(Format.count(runner.threads, "thread")) each; writing to "
        + directory.url.relativePath)
    var progress = ProgressDisplay(messages, isQuiet: quiet)
    // Whatever comes next, an error too, starts on a line of its own.
    defer { progress.clear() }
    let isComplete = try runner.run(
      next: { sweep.next() },
      ended: { trial, record, _ in
        try sweep.note(record, of: trial)
        try directory.write(sweep.lines)
      },
      tick: {
        progress.show(
          ProgressLine(
            trial: sweep.finishedCount, trials: sweep.plan.trialCount,
            best: sweep.searches.map { ($0.arm.name, $0.best?.loss) },
            durations: sweep.records.map(\.result.wallSeconds), parallel: runner.parallel))
      })
    guard isComplete else {
      progress.clear()
      messages.print(
        "interrupted: \(sweep.finishedCount) of \(sweep.plan.trialCount) trials are finished; "
          + "the same command goes on from here")
      throw ExitCode(ExitStatus.interrupted.rawValue)
    }
  }

  private func outputDirectory(for plan: URL) -> URL {
    out.map { URL(fileURLWithPath: $0, isDirectory: true) }
      ?? URL(fileURLWithPath: "results/sweeps", isDirectory: true).appendingPathComponent(
        plan.deletingPathExtension().lastPathComponent, isDirectory: true)
  }
}
