import ArgumentParser
import Autograd
import Figures
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

  @Option(help: "What updates the matrices inside the blocks.")
  var optimizer = Contestant.muon

  @Option(help: "The track: \(TrackFile.builtIn.map { $0.track.name }.joined(separator: ", ")).")
  var track = "kjv"

  @Option(help: "A track of your own, in TOML.", completion: .file(extensions: ["toml"]))
  var trackFile: String?

  @Option(
    help: "A directory of prepared data, instead of the track's corpus.", completion: .directory)
  var data: String?

  @Option(name: .customLong("set"), help: "Change a value of the track or the recipe: key=value.")
  var settings: [String] = []

  @Option(parsing: .unconditional, help: "The number of training steps.")
  var steps: Int?

  @Option(parsing: .unconditional, help: "The validation loss to reach.")
  var target: Double?

  @Option(parsing: .unconditional, help: "Determines the initial weights.")
  var seed: UInt64 = 0

  @Option(help: "How Muon's step depends on a matrix's shape.")
  var scale: Muon.Scale?

  @Option(
    help: "Muon's coefficients: \(Self.coefficients.joined(separator: ", ")).",
    completion: .list(Self.coefficients))
  var newtonSchulz: String?

  @Option(help: "Arithmetic of Muon's orthogonalization.")
  var newtonSchulzPrecision: Precision?

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

  private static let coefficients = NewtonSchulz.named.map(\.name)

  func validate() throws {
    let isMuonConfigured = scale != nil || newtonSchulz != nil || newtonSchulzPrecision != nil
    if isMuonConfigured, optimizer != .muon {
      throw ValidationError(
        "--scale, --newton-schulz and --newton-schulz-precision are for --optimizer muon only")
    }
  }

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
      if let dataDirectory {
        try PreparedData(in: dataDirectory, for: plan.track)
      } else {
        try PreparedData(preparing: plan.track, progress: say)
      }
    var training = try TrainingRun(plan, on: prepared)
    let directory = try RunDirectory(outputDirectory(for: plan))
    if !quiet {
      if let advice = KernelAdvice.current {
        messages.print(messages.paint("warning:", .yellow) + " " + advice)
      }
      Announcement(
        plan: plan, routes: training.optimizer.routing, trainingTokens: prepared.trainingTokens,
        directory: directory.url.relativePath
      ).print(to: messages)
    }

    let environment = EnvironmentRecord(threads: plan.threads)
    Interruption.listen()
    var progress = ProgressReporter(
      console: messages, isQuiet: quiet, steps: plan.recipe.steps, target: plan.track.target)
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
      Summary(
        record: record, trajectory: trajectory, directory: directory.url.relativePath,
        trackOptions: trackOptions,
        floor: prepared.manifest?.entropyRate
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
    var file =
      try trackFile.map { try TrackFile(contentsOf: URL(fileURLWithPath: $0)) }
      ?? TrackFile(named: track)
    if let dataDirectory { try file.track.adopt(corpusIn: dataDirectory) }
    return try RunPlan(
      file, optimizer, settings: try allSettings(), seed: seed, precision: precision.value,
      threads: threads.count, savesInitialWeights: saveInitial, savesWeights: !noSave,
      diagnosticsEvery: diagnostics.interval)
  }

  /// `--set`, and the flags that are shorter ways to say it.
  private func allSettings() throws -> [Setting] {
    let flags = [
      ("steps", steps.map(String.init)), ("target", target.map { String($0) }),
      ("muon.scale", scale?.rawValue), ("muon.newton_schulz", newtonSchulz),
      ("muon.newton_schulz_precision", newtonSchulzPrecision?.rawValue),
    ]
    return try settings.map { try Setting($0) }
      + flags.compactMap { key, value in value.map { Setting(key: key, value: $0) } }
  }

  private var dataDirectory: URL? {
    data.map { URL(fileURLWithPath: $0, isDirectory: true) }
  }

  /// The options that name the track, as they were given.
  private var trackOptions: String {
    let options = [
      trackFile.map { " --track-file \($0)" } ?? (track == "kjv" ? nil : " --track \(track)"),
      data.map { " --data \($0)" },
    ]
    return options.compactMap { $0 }.joined()
  }

  private func outputDirectory(for plan: RunPlan) -> URL {
    out.map { URL(fileURLWithPath: $0, isDirectory: true) }
      ?? RunDirectory.defaultURL(
        track: plan.track.name, contestant: plan.contestant, seed: plan.seed)
  }
}
