import ArgumentParser
import Foundation
import Muon
import NanoGPT

/// Trains, and says how long it took to reach the target.
struct RunCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "run",
    abstract: "Train, and say how many steps and seconds the target took (default command).",
    discussion: """
      Writes run.json, log.jsonl, log.txt and model.safetensors to the output directory. Keys for \
      --set are those that --print-config shows: of the recipe (steps, muon.learning_rate, \
      schedule.cooldown) or of the track (batch, model.layers).

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
  var seed = 0

  @Option(help: "How Muon's step depends on a matrix's shape: spectral or rms.")
  var scale: String?

  @Option(help: "Muon's coefficients: jordan, polar-express or convergent.")
  var newtonSchulz: String?

  @Option(parsing: .unconditional, help: "Threads; the numbers do not depend on it.")
  var threads = ProcessInfo.processInfo.activeProcessorCount

  @Option(
    help: "Where to write (default: a new directory in results/runs).", completion: .directory)
  var out: String?

  @Flag(help: "Write the weights before the first step as well.")
  var saveInitial = false

  @Flag(help: "Do not write the weights after the last step.")
  var noSave = false

  @Flag(help: "Print the track with all changes as TOML, and do nothing else.")
  var printConfig = false

  @Flag(help: "Print the record as JSON instead of the summary.")
  var json = false

  @Flag(help: "No tables and no progress.")
  var quiet = false

  @Option(help: "Colours: auto, always or never.")
  var color = ColorMode.auto

  func run() throws {
    let start = ContinuousClock.now
    let file = try resolvedTrack()
    if printConfig {
      print(try file.toml())
      return
    }
    let plan = try plan(file)
    let messages = Console.messages(color)
    let prepared = try preparedData(for: plan.track) { if !quiet { messages.print($0) } }
    var training = try TrainingRun(plan, on: prepared)
    let directory = try RunDirectory(outputDirectory(for: plan))
    if !quiet { announce(training, prepared, directory, to: messages) }

    Interruption.listen()
    var progress = ProgressReporter(
      console: messages, isQuiet: quiet, steps: plan.recipe.steps, target: plan.track.target)
    let trajectory = try training.train(into: directory, progress: &progress)
    progress.clear()

    let record = RunRecord(
      track: plan.track.name, optimizer: plan.contestant,
      settings: plan.settings.map { "\($0.key)=\($0.value)" }, outcome: trajectory.outcome,
      configuration: training.configuration,
      data: try RunRecord.DataRecord(prepared, corpus: plan.track.corpus),
      environment: EnvironmentRecord(threads: plan.threads),
      result: trajectory.result(wallSeconds: (ContinuousClock.now - start).seconds))
    // The record first: weights that do not fit on the disk must not cost the record.
    try directory.write(record)
    if plan.savesWeights {
      try directory.write(final: training.parameters, of: training.configuration)
    }
    if json {
      print(JSON.document(record))
    } else {
      Summary(
        record: record, trajectory: trajectory, directory: directory.url.relativePath,
        trackOptions: trackOptions,
        floor: prepared.manifest?.entropyRate
      ).print(to: .output(color))
    }
    if let step = trajectory.divergedAtStep {
      messages.print("error: diverged: the loss of step \(step) is not a number")
    }
    throw ExitCode(record.outcome.status.rawValue)
  }

  /// The track with everything the command line changes.
  private func resolvedTrack() throws -> TrackFile {
    var file =
      try trackFile.map { try TrackFile(contentsOf: URL(fileURLWithPath: $0)) }
      ?? TrackFile(named: track)
    if let data { try file.track.adopt(corpusIn: URL(fileURLWithPath: data, isDirectory: true)) }
    guard file.recipes[optimizer] != nil else {
      throw UsageError(
        "track \(file.track.name) has no recipe for \(optimizer)",
        hint: "add [recipes.\(optimizer)] to the file")
    }
    return try file.applying(try allSettings(), for: optimizer)
  }

  /// `--set`, and the flags that are shorter ways to say it.
  private func allSettings() throws -> [Setting] {
    if scale != nil || newtonSchulz != nil, optimizer != .muon {
      throw UsageError("--scale and --newton-schulz are for --optimizer muon only")
    }
    let flags = [
      ("steps", steps.map(String.init)), ("target", target.map { String($0) }),
      ("muon.scale", scale), ("muon.newton_schulz", newtonSchulz),
    ]
    return try settings.map { try Setting($0) }
      + flags.compactMap { key, value in value.map { Setting(key: key, value: $0) } }
  }

  private func plan(_ file: TrackFile) throws -> RunPlan {
    guard let recipe = file.recipes[optimizer] else {
      throw UsageError("track \(file.track.name) has no recipe for \(optimizer)")
    }
    guard threads >= 1, threads <= 1024 else {
      throw UsageError("--threads \(threads): it must be in 1...1024")
    }
    guard seed >= 0 else { throw UsageError("--seed \(seed): it must be at least 0") }
    return RunPlan(
      track: file.track, contestant: optimizer, recipe: recipe, settings: try allSettings(),
      seed: UInt64(seed), threads: threads, savesInitialWeights: saveInitial,
      savesWeights: !noSave)
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

  /// The data to train on; a built-in corpus that is not there yet is prepared first.
  private func preparedData(for track: Track, progress: (String) -> Void) throws -> PreparedData {
    if let data {
      return try PreparedData(in: URL(fileURLWithPath: data, isDirectory: true), for: track)
    }
    let directory = PreparedData.directory(corpus: track.corpus, vocabulary: track.vocabulary)
    let manifest = directory.appendingPathComponent(Manifest.fileName)
    if !FileManager.default.fileExists(atPath: manifest.path),
      let builtIn = BuiltInCorpus(rawValue: track.corpus)
    {
      progress("preparing \(track.corpus) in \(directory.relativePath), once")
      try CorpusPreparation.prepare(
        try builtIn.corpus(), into: directory, vocabularySize: track.vocabulary,
        progress: progress)
    }
    return try PreparedData(in: directory, for: track)
  }

  private func announce(
    _ training: TrainingRun, _ data: PreparedData, _ directory: RunDirectory, to console: Console
  ) {
    let (track, recipe) = (training.plan.track, training.plan.recipe)
    let tokens = data.trainingShards.reduce(0) { $0 + $1.tokens.count }
    let step = track.batch * track.model.context
    console.print(Tables.routing(training.optimizer.routing))
    console.print()
    console.print(
      "\(track.name): \(recipe.steps) steps of \(Format.grouped(step)) tokens, "
        + "\(Format.fixed(Double(recipe.steps * step) / Double(tokens), 2)) epochs of "
        + "\(Format.grouped(tokens)), \(threads) threads; target "
        + (track.target.map { Format.fixed($0, 3) } ?? "none")
        + "; writing to \(directory.url.relativePath)")
  }
}
