import ArgumentParser
import Autograd
import Foundation
import Muon
import NanoGPT
import Statistics
import Text

/// Trains, and says how long it took to reach the target.
struct RunCommand: ColoredCommand {
  static let configuration = CommandConfiguration(
    commandName: "run",
    abstract: "Train, and say how many steps and seconds the target took (default command).",
    discussion: """
      Writes run.json, log.jsonl, log.txt and model.safetensors to the output directory. Keys for \
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

  @Flag(help: "Write the weights before the first step as well.")
  var saveInitial = false

  @Flag(help: "Do not write the weights after the last step.")
  var noSave = false

  @OptionGroup var diagnostics: DiagnosticsOption

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
    let start = ContinuousClock.now
    if endWithInput { Lifeline.hold() }
    let plan = try plan()
    if printConfig {
      print(try plan.file.toml())
      return
    }
    let messages = Console.messages(color.mode)
    let say: (String) -> Void = { if !quiet { messages.print($0) } }
    let prepared =
      if let directory = track.data.directory {
        try PreparedData(in: directory, for: plan.track)
      } else {
        try PreparedData(preparing: plan.track, progress: say)
      }
    var training = try TrainingRun(plan, on: prepared)
    let directory = try RunDirectory(outputDirectory(for: plan))
    if !quiet {
      messages.announce(
        plan, routes: training.optimizer.routing, trainingTokens: prepared.trainingTokens,
        threads: plan.threads, directory: directory.url.relativePath)
    }

    let environment = EnvironmentRecord(threads: plan.threads)
    Interruption.listen()
    var progress = RunProgress(
      of: plan.recipe.steps, target: plan.track.target,
      on: ProgressDisplay(messages, isQuiet: quiet))
    let trajectory = try training.train(into: directory, progress: &progress)

    let record = RunRecord(
      track: plan.track.name, optimizer: plan.contestant,
      settings: plan.settings.map(\.text), outcome: trajectory.outcome,
      configuration: training.configuration,
      data: RunRecord.DataRecord(prepared, corpus: plan.track.corpus),
      environment: environment,
      result: trajectory.result(wallSeconds: (ContinuousClock.now - start).seconds))
    // The record first: weights that do not fit on the disk must not cost the record.
    try directory.write(record)
    if plan.savesWeights, trajectory.divergedAtStep == nil {
      try directory.write(final: training.parameters, of: training.configuration)
    }
    if json {
      try Console.output(color.mode).printResult(try JSON.document(record))
    } else {
      RunSummary(
        record: record, trajectory: trajectory, directory: directory.url.relativePath,
        trackOptions: track.text, floor: prepared.manifest?.entropyRate
      ).print(to: .output(color.mode))
    }
    if let step = trajectory.divergedAtStep {
      messages.print(
        "error: diverged: the loss of step \(step) is not finite; try a lower learning rate")
    }
    throw ExitCode(record.outcome.status.rawValue)
  }

  /// The track with everything the command line changes.
  private func plan() throws -> RunPlan {
    let steps = steps.map { "\($0)" }
    return try RunPlan(
      try track.file(), try optimizer.checked(), settings: try track.settings([("steps", steps)]),
      seed: seed, precision: try precision.checked(), threads: threads.count,
      savesInitialWeights: saveInitial, savesWeights: !noSave,
      diagnosticsEvery: diagnostics.interval)
  }

  private func outputDirectory(for plan: RunPlan) -> URL {
    out.map { URL(fileURLWithPath: $0, isDirectory: true) }
      ?? RunDirectory.defaultURL(
        track: plan.track.name, contestant: plan.contestant, seed: plan.seed)
  }
}
