import ArgumentParser
import Autograd
import Experiments
import Foundation
import Machine
import Muon
import NanoGPT
import Report
import Runs
import Text

/// Trains, and says how long it took to reach the target.
struct RunCommand: ColoredCommand {
  static let configuration = CommandConfiguration(
    commandName: "run",
    abstract: "Train, and say how many steps and seconds the target took (default command).",
    discussion: """
      Writes run.json, log.jsonl, log.txt, model.safetensors and a page with its curves, live.html, to the output \
      directory. Keys for \
      --set are those of the recipe and the track that --print-config shows (steps, batch, \
      muon.learning_rate), and muon.nesterov, .decay, .orthogonalization, .momentum_warmup.

      \(ExitStatus.help)
      """)

  @OptionGroup var optimizer: OptimizerOption

  @OptionGroup var track: TrackOptions

  @Option(parsing: .unconditional, help: "The number of training steps.")
  var steps: Int?

  @Option(parsing: .unconditional, help: "Determines the initial weights.")
  var seed: UInt64 = 0

  @OptionGroup var precision: PrecisionOption

  @OptionGroup var threads: ThreadsOption

  @Option(
    help: "Where to write (default: a new directory in results/runs).", completion: .directory)
  var out: String?

  @Flag(help: "Replace the files of another run in the output directory.")
  var force = false

  @Flag(help: "Write the weights before the first step as well.")
  var saveInitial = false

  @Flag(help: "Do not write the weights after the last step.")
  var noSave = false

  @OptionGroup var diagnostics: DiagnosticsOption

  @Flag(
    name: .customLong("tensorboard"), help: "Write the log in the format of TensorBoard as well.")
  var forTensorBoard = false

  @Flag(help: "Print the track with all changes as TOML, and do nothing else.")
  var printConfig = false

  @Flag(help: "Print the record as JSON instead of the summary.")
  var json = false

  @Flag(help: "No tables and no progress.")
  var quiet = false

  @Flag(help: .hidden)
  var endWithInput = false

  @OptionGroup var color: ColorOption

  func run() throws {
    if endWithInput { Lifeline.hold() }
    let source = try track.source()
    let plan = try RunPlan(
      source.definition, try optimizer.checked(),
      settings: try track.settings([("steps", steps.map { "\($0)" })]), seed: seed,
      precision: try precision.checked(), diagnosticsEvery: diagnostics.interval)
    if printConfig {
      Console.output(color.mode).print(try plan.definition.toml())
      return
    }
    let messages = Console.messages(color.mode)
    let data = try source.data(for: plan.track) { if !quiet { messages.print($0) } }
    let threads = threads.usable
    let place = outputDirectory(for: plan)
    try RunDirectory.check(place, for: plan, isForced: force)
    if !quiet, StepEstimate.isWorth(plan, of: source) {
      messages.announce(try StepEstimate(plan, threads: threads), of: plan)
    }
    if source.definition.isUntuned(plan.optimizer) { messages.warnUntuned(plan.optimizer, source) }
    if let preset = source.preset { messages.warn(presetIsUntuned: preset, plan.optimizer, source) }
    for warning in plan.recipe.warnings { messages.warn(warning) }
    var training = try TrainingRun(plan, on: data, threads: threads)
    let environment = Environment(threads: threads)
    let files = RunRecord.DataFiles(data, corpus: plan.track.corpus)
    func record(of log: RunLog, _ process: RunRecord.Process) -> RunRecord {
      RunRecord(
        of: log, groups: training.optimizer.groups, on: files, environment: environment,
        process: process)
    }
    let directory = try RunDirectory(
      place, of: record(of: .notBegun(plan), .notBegun), forTensorBoard: forTensorBoard)
    let routes = training.optimizer.routing
    let page = quiet ? nil : LiveFile(in: directory.url)
    if let page { messages.print("page: \(page.url.relativePath)") }
    if !quiet {
      messages.announce(
        plan, routes: routes, on: data, threads: threads, directory: directory.url.relativePath)
    }

    let configuration = RunRecord.Configuration(plan, groups: training.optimizer.groups)
    if saveInitial { try directory.write(initial: training.parameters, of: configuration) }
    Interruption.listen()
    let progress = RunProgress(
      of: plan.steps, target: plan.track.target, on: ProgressDisplay(messages, isQuiet: quiet))
    var watcher = RunWatcher(
      progress, page: page, of: RunPage(plan, routes: Table(routes)))
    // Whatever comes next, an error too, starts on a line of its own.
    defer { progress.display.clear() }
    var (log, process) = try training.train(into: directory, observer: &watcher)
    progress.display.clear()

    process.wallSeconds = CurrentProcess.secondsSinceStart
    let record = record(of: log, process)
    // The record first: weights that do not fit on the disk must not cost the record.
    try directory.write(record)
    if !noSave, log.divergedAtStep == nil {
      try directory.write(final: training.parameters, of: configuration)
      try directory.writeTokenizer(of: data)
    }
    let summary = RunSummary(
      record: record, log: log, directory: directory.url.relativePath,
      next: NextCommands(
        plan: plan, source: source, threads: self.threads.given,
        directory: directory.url.relativePath, canSample: !noSave && data.tokenizer != nil
      ).after(record.outcome),
      floor: data.manifest?.entropyRate
    )
    watcher.finish(summary)
    if json {
      try Console.output(color.mode).printResult(try JSON.document(record))
    } else {
      summary.print(to: .output(color.mode))
    }
    if log.endsWhereItBegan {
      messages.warn("the loss is what it was before training: the learning rates may be too low")
    }
    if let step = log.divergedAtStep {
      messages.print(
        "error: diverged: the loss of step \(step) is not finite; try a lower learning rate")
    }
    throw ExitCode(record.outcome.status.rawValue)
  }

  private func outputDirectory(for plan: RunPlan) -> URL {
    out.map { URL(fileURLWithPath: $0, isDirectory: true) }
      ?? RunDirectory.defaultURL(
        track: plan.track.name, optimizer: plan.optimizer, seed: plan.seed)
  }
}

extension RunRecord.Outcome {
  /// How a program ends that ran only this.
  var status: ExitStatus {
    switch self {
    case .reached, .completed: .success
    case .missed: .missed
    case .diverged: .diverged
    case .interrupted: .interrupted
    }
  }
}
