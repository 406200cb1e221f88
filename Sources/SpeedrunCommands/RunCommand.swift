import ArgumentParser
import Autograd
import Experiments
import Foundation
import Machine
import MessagePassing
import Muon
import NanoGPT
import Report
import Runs
import Text

/// Trains, and says how long it took to reach the target.
struct RunCommand: ColoredCommand, KernelsCommand {
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

  @Option(parsing: .unconditional, help: "Determines the initial weights (default: 0).")
  var seed: UInt64?

  @OptionGroup var precision: PrecisionOption

  @OptionGroup var kernels: KernelsOption

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

  @OptionGroup var checkpoints: CheckpointOptions

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

  func validate() throws {
    guard checkpoints.resume != nil else { return }
    let others = [
      ("--out", out != nil), ("--force", force), ("--save-initial", saveInitial),
      ("--no-save", noSave), ("--tensorboard", forTensorBoard), ("--print-config", printConfig),
      ("--diagnostics", diagnostics.interval != nil),
    ]
    if let (option, _) = others.first(where: \.1) {
      throw ValidationError("--resume excludes \(option): the run goes on as it was begun")
    }
  }

  func run() throws {
    if endWithInput { Lifeline.hold() }
    if printConfig {
      return Console.output(color.mode).print(try planned().plan.definition.toml())
    }
    let ranks = try Ranks.join()
    if ranks.rank > 0 { try assist(ranks) }
    let messages = Console.messages(color.mode)
    let start = try start { if !quiet { messages.print($0) } }
    if start.checkpoint == nil {
      if !quiet, ranks.isAlone, StepEstimate.isWorth(start.plan, of: start.source) {
        messages.announce(
          try StepEstimate(StepCosts(of: start.plan, threads: threads.usable)), of: start.plan)
      }
      messages.warn(of: start.plan, from: start.source)
    }
    try run(start, ranks, messages)
  }

  /// Trains to the end of the run, or until somebody interrupts it.
  func run(_ start: RunStart, _ ranks: Ranks, _ messages: Console) throws {
    var start = start
    let (plan, data, threads) = (start.plan, start.data, threads.usable(among: ranks))
    var environment = Environment(threads: threads)
    let files = RunRecord.DataFiles(data, corpus: plan.track.corpus)
    let directory: RunDirectory
    var training: TrainingRun
    func record(of log: RunLog, _ process: RunRecord.Process) -> RunRecord {
      RunRecord(
        of: log, groups: training.optimizer.groups, on: files, environment: environment,
        process: process)
    }
    if var checkpoint = start.checkpoint {
      directory = try RunDirectory(start.place, continuing: &checkpoint, of: plan)
      start.checkpoint = checkpoint
      training = try TrainingRun(
        plan, on: data, threads: threads, among: ranks, from: checkpoint)
    } else {
      training = try TrainingRun(plan, on: data, threads: threads, among: ranks)
      directory = try RunDirectory(
        start.place, of: record(of: .notBegun(plan), .notBegun), on: plan,
        forTensorBoard: start.forTensorBoard)
    }
    var checkpoints = CheckpointWriter(
      of: start.checkpoint?.header ?? RunCheckpoint.Header(request: start.request),
      in: directory.url, every: checkpoints.interval)
    let routes = training.optimizer.routing
    let page = quiet ? nil : LiveFile(in: directory.url)
    if let page { messages.print("page: \(page.url.relativePath)") }
    if !quiet {
      messages.announce(
        plan, routes: routes, on: data, threads: threads, of: ranks,
        directory: directory.url.relativePath)
      if let step = start.checkpoint?.header.step { messages.print("going on at step \(step)") }
    }

    let configuration = RunRecord.Configuration(plan, groups: training.optimizer.groups)
    if saveInitial { try directory.write(initial: training.parameters, of: configuration) }
    if start.checkpoint == nil {
      checkpoints.writeFirst(of: training.parameters, training.optimizer)
    }
    try RunInvitation.send(
      to: ranks, start.request, environment, files, directory,
      isContinued: start.checkpoint != nil)
    environment.ranks = training.rankGroup()
    Interruption.listen()
    watch(ranks, directory: directory.url.relativePath)
    let progress = RunProgress(
      of: plan.steps, target: plan.track.target, on: ProgressDisplay(messages, isQuiet: quiet))
    var watcher = RunWatcher(
      progress, page: page, of: RunPage(plan, routes: Table(routes)),
      after: directory.earlierLog, tokenizer: data.tokenizer, on: messages)
    // Whatever comes next, an error too, starts on a line of its own.
    defer { progress.display.clear() }
    let (log, process): (RunLog, RunRecord.Process)
    do {
      (log, process) = try training.train(
        after: directory.earlierLog, into: directory, checkpoints: &checkpoints,
        observer: &watcher)
    } catch {
      watcher.finish(after: error)
      throw error
    }
    progress.display.clear()

    let record = record(of: log, process)
    // The record first: weights that do not fit on the disk must not cost the record.
    try directory.write(record)
    if start.savesWeights, log.divergedAtStep == nil {
      try directory.write(final: training.parameters, of: configuration)
      try directory.writeTokenizer(of: data)
    }
    if !log.isInterrupted { checkpoints.remove() }
    let summary = RunSummary(
      record: record, log: log, directory: directory.url.relativePath,
      next: NextCommands(
        plan: plan, source: start.source, threads: self.threads.given, kernels: kernels.name,
        directory: directory.url.relativePath,
        canSample: start.savesWeights && data.tokenizer != nil,
        canResume: checkpoints.isKept
      ).after(record.outcome),
      floor: data.entropyRate
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
