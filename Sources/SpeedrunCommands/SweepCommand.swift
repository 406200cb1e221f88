import ArgumentParser
import Autograd
import Experiments
import Foundation
import NanoGPT
import Runs
import Text

/// Searches each arm's hyperparameters with the same number of trials.
struct SweepCommand: ColoredCommand {
  static let configuration = CommandConfiguration(
    commandName: "sweep",
    abstract: "Search the hyperparameters of several arms, with as many trials for each.",
    discussion: """
      The plan is a TOML file. results/sweeps/kjv.toml is one, and the article Records and rules explains \
      it. Every trial is a whole `\(Speedrun.name) run` in a process of its own, scored by its final validation loss.

      Writes trials.jsonl (a line for every trial), runs/ (the record of every trial), plan.toml, \
      result.json and record.json to the output directory. The same command goes on where it was stopped: finished \
      trials are never run again, and after a change of the plan those that still match are used.

      \(ExitStatus.help)
      """)

  @Argument(help: "The plan, in TOML.", completion: .file(extensions: ["toml"]))
  var plan: String

  @OptionGroup var data: DataOption

  @Option(
    help: "Where to write (default: results/sweeps/ and the name of the plan).",
    completion: .directory)
  var out: String?

  @Option(
    parsing: .unconditional,
    help: "Trials at a time, which share the cores (default: one for every core).")
  var parallel: Int?

  @Flag(help: "Print the trials, and do nothing else.")
  var dryRun = false

  @Flag(help: "Print the result as JSON instead of tables.")
  var json = false

  @Flag(help: "No progress.")
  var quiet = false

  @OptionGroup var color: ColorOption

  func validate() throws {
    try check(parallel, of: "--parallel", in: 1...1024)
    if json, dryRun { throw ValidationError("--dry-run excludes --json") }
  }

  func run() throws {
    let url = URL(fileURLWithPath: plan)
    let request = try Request(contentsOf: url, data: data.path)
    if dryRun {
      let console = Console.output(color.mode)
      console.print(Table(trialsOf: request).text)
      console.print()
      console.print("\(Format.count(request.trialCount, "trial")) in all")
      return
    }
    let messages = Console.messages(color.mode)
    let say: (String) -> Void = { if !quiet { messages.print($0) } }
    let directory = try SweepDirectory(outputDirectory(for: url))
    if try directory.keep(request) {
      say("the plan has changed: finished trials that it still has are not run again")
    }
    var experiment = try Experiment(request, in: directory.url)
    try experiment.prepareData(progress: say)
    let cores = ProcessInfo.processInfo.activeProcessorCount
    let runner = TrialRunner(parallel: parallel ?? cores, cores: cores)
    say(
      "\(Format.count(request.trialCount, "trial")), \(runner.parallel) at a time with "
        + "\(Format.count(runner.threads, "thread")) each; writing to "
        + directory.url.relativePath)
    try search(&experiment, by: runner, for: directory, messages)
    try experiment.writeRecord(
      command: CommandText.text(CommandLine.arguments.dropFirst()), parallel: runner.parallel)
    let result = try experiment.ranking()
    if json {
      try Console.output(color.mode).printResult(try JSON.document(result))
    } else {
      result.print(to: .output(color.mode))
    }
  }

  /// Runs every trial there is no record of.
  private func search(
    _ experiment: inout Experiment, by runner: TrialRunner, for directory: SweepDirectory,
    _ messages: Console
  ) throws {
    var display = ProgressDisplay(messages, isQuiet: quiet)
    // Whatever comes next, an error too, starts on a line of its own.
    defer { display.clear() }
    let isComplete = try runner.run(
      next: { try experiment.next() },
      ended: { run, _ in
        try experiment.note(run)
        try directory.write(try experiment.trialLines)
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
  }

  private func outputDirectory(for plan: URL) -> URL {
    out.map { URL(fileURLWithPath: $0, isDirectory: true) }
      ?? URL(fileURLWithPath: "results/sweeps", isDirectory: true).appendingPathComponent(
        plan.deletingPathExtension().lastPathComponent, isDirectory: true)
  }
}
