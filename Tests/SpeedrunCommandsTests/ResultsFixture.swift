import Autograd
import Experiments
import Foundation
import NanoGPT
import Report
import Runs
import SpeedrunCommands
import Testing
import Text

/// Records as experiments leave them, in a directory of results.
struct ResultsFixture {
  /// An arm of a comparison: how its seeds end, and where it stops.
  struct Arm {
    var name: String
    var optimizer = "muon"
    var settings: [String] = []
    var steps = 200
    /// The mean of the final losses; every seed is 0.001 above the one before.
    var loss = 2.86
    /// Where the loss falls below the target at once; nil where it comes down slowly.
    var stop: Int?
    var secondsPerStep = 0.25
    /// How long seed 1 stands still in step 3.
    var pause = Duration.zero
    /// How much longer the steps of seed 1 take, because it was interrupted and resumed; nil where it was not.
    var slowdownOfResumed: Int?
    /// How much longer the steps of these seeds take, because another kind of machine has made them.
    var slowdownElsewhere: (seeds: [UInt64], factor: Int) = ([], 1)
    /// What the rarest tokens lose above the others; nil of a run that was not evaluated.
    var rareLoss: Double?
    /// By how much of what they were weights grow in 100 steps; nil without such a diagnosis.
    var growth: Double?
    /// The root mean square of updates over the learning rate.
    var updateSize = 0.1
  }

  /// A trial of a sweep.
  struct Trial {
    var arm: String
    var stage = "search"
    var settings: [String]
    /// Nil of one that diverged.
    var loss: Double?
    var steps = 200
  }

  let directory: URL
  var records: URL { directory.appendingPathComponent("records") }

  init(in directory: URL) throws {
    self.directory = directory
    try FileManager.default.createDirectory(at: records, withIntermediateDirectories: true)
    try Data(Self.readme.utf8).write(to: directory.appendingPathComponent("README.md"))
  }

  static let readme = """
    Before.
    <!-- leaderboard: begin -->
    <!-- leaderboard: end -->
    Between.
    <!-- studies: begin -->
    <!-- studies: end -->
    After.

    """

  func experiments() throws -> [FinishedExperiment] {
    try FinishedExperiment.all(in: records)
  }

  func files() throws -> [String: String] {
    let files = try PublishedFiles.expected(from: try experiments(), readme: Self.readme)
    return Dictionary(
      uniqueKeysWithValues: files.map { ($0.path, String(decoding: $0.bytes, as: UTF8.self)) })
  }

  /// Adds a comparison whose runs the real writer writes; the first arm is the baseline.
  func add(
    _ name: String, purpose: String = "leaderboard", on track: TrackDefinition = .kjv,
    _ arms: [Arm], seeds: Int = 3, hasSpectra: Bool = false, parallel: Int = 1
  ) throws {
    var whole = track
    (whole.track.valGlance, whole.track.valNear) = (nil, nil)
    let request = try Request(
      TrackSource(whole, options: ["--track", track.track.name]),
      arms: try arms.map { arm in
        let steps = "steps=\(max(arm.steps, arm.stop ?? 0))"
        return try Experiments.Arm(
          named: arm.name, arm.optimizer, try (arm.settings + [steps]).map { try Setting($0) })
      },
      seeds: (0..<UInt64(seeds)).map { $0 },
      settings: try ["target=2.88", "val_every=5"].map { try Setting($0) },
      purpose: try #require(Purpose(rawValue: purpose)))
    var experiment = try Experiment(request, in: records.appendingPathComponent(name))
    while let (trial, _) = try experiment.next() {
      let arm = try #require(arms.first { $0.name == experiment.arm(of: trial) })
      let run = try finished(trial, of: arm, seeds: seeds, hasSpectra: hasSpectra)
      try FileManager.default.createDirectory(
        at: trial.directory, withIntermediateDirectories: true)
      for (name, bytes) in try run.files {
        try Data(bytes).write(to: trial.directory.appendingPathComponent(name))
      }
      try experiment.note(run)
    }
    try experiment.writeRecord(command: "speedrun comparison", parallel: parallel)
  }

  /// A run that never was: its losses are the arm's, a thousandth apart from seed to seed.
  private func finished(
    _ trial: Experiments.Trial, of arm: Arm, seeds: Int, hasSpectra: Bool
  ) throws -> FinishedRun {
    let plan = try trial.plan()
    let spread = 0.001 * (Double(trial.seed) - Double(seeds - 1) / 2)
    let isElsewhere = arm.slowdownElsewhere.seeds.contains(trial.seed)
    func loss(at step: Int) -> Double {
      if step == 0 { return 6.93 }
      let rest = 1 - Double(step) / Double(plan.steps)
      guard let stop = arm.stop else { return arm.loss + 4 * rest * rest + spread }
      return step < stop ? 2.95 + 4 * rest * rest + spread : arm.loss + spread
    }
    var log = RunLog(plan)
    for step in 0..<plan.steps {
      if plan.validates(at: step) { _ = log.validate(loss: loss(at: step), bitsPerByte: 1) }
      _ = log.train(
        RunLog.Step(
          loss: 3,
          time: .milliseconds(Int(1000 * arm.secondsPerStep))
            * (trial.seed == 1 ? arm.slowdownOfResumed ?? 1 : 1)
            * (isElsewhere ? arm.slowdownElsewhere.factor : 1)
            + (trial.seed == 1 && step == 3 ? arm.pause : .zero),
          optimizerTime: .milliseconds(Int(100 * arm.secondsPerStep))))
      if let growth = arm.growth, step.isMultiple(of: 50) {
        for matrix in Self.model.hiddenMatrices.prefix(6) {
          _ = log.diagnose(try diagnostics(of: matrix, step, growth, arm.updateSize, plan))
        }
      }
      guard hasSpectra, [20, 100, 180].contains(step) else { continue }
      for matrix in ["q", "k"] { _ = log.diagnose(try diagnostics(matrix, step, hasValues: true)) }
      if step == 20 { _ = log.diagnose(try diagnostics("embed", step, hasValues: false)) }
    }
    _ = log.validate(loss: loss(at: plan.steps), bitsPerByte: 1)
    var environment = Self.environment
    (environment.git.commit, environment.git.dirty) = ("0123456789", false)
    (environment.cpu, environment.simd) = (Self.processor, "x86-64-v4")
    (environment.cpuFamily, environment.cpuModel) = (nil, isElsewhere ? 17 : nil)
    let record = RunRecord(
      of: log, groups: plan.recipe.groups(for: Self.model),
      on: try JSON.decoded(RunRecord.DataFiles.self, from: Array(Self.data.utf8)),
      environment: environment,
      process: RunRecord.Process(
        wallSeconds: 1.2 * log.trainSeconds, startupSeconds: nil, newtonSchulzCalls: 1,
        peakResidentBytes: 1,
        interruptions: trial.seed == 1 && arm.slowdownOfResumed != nil ? [Self.interruption] : [],
        evaluation: try arm.rareLoss.map { try evaluation(of: log, rareLoss: $0) }))
    return FinishedRun(trial: trial, record: record, log: log)
  }

  private func diagnostics(
    _ matrix: String, _ step: Int, hasValues: Bool
  ) throws -> LogEvent.Diagnostics {
    let event: [String: Any] = [
      "step": step, "matrix": matrix, "update_rms": 0.1, "weight_norm": 1, "gradient_norm": 1,
      "largest_singular_value": NSNull(), "stable_rank": NSNull(),
      "singular_values": hasValues ? [1, 0.25, 0.03125] : NSNull(),
      "orthogonalized_singular_values": hasValues ? [1.125, 1, 0.75] : NSNull(),
    ]
    return try JSONDecoder().decode(
      LogEvent.Diagnostics.self, from: try JSONSerialization.data(withJSONObject: event))
  }

  private static let interruption = RunRecord.Interruption(
    step: 20, repeatedSteps: 3, signal: nil, stopped: "2026-11-27T09:00:00Z",
    resumed: "2026-11-27T10:00:00Z")

  /// What a processor may call itself.
  static let processor = "a <b>processor</b> x|*\"&"
  private static let environment = Environment(threads: 2)
  /// For the names of its parameters.
  static let model = GPT(
    TrackDefinition.kjv.track.configuration, in: ParameterScope(seed: 0))
  private static let data = """
    {"corpus": "kjv", "train_shards": [{"path": "x", "sha256": "00", "tokens": 1}],
    "val_shards": [{"path": "x", "sha256": "00", "tokens": 1}],
    "tokenizer": {"path": "x", "sha256": "00"}}
    """

  /// Adds a sweep at some size of the batch and of the model; one of rates has searched for nothing else.
  func add(
    sweep name: String, purpose: String = "search", batch: Int = 16, width: Int = 256,
    isOfRates: Bool = false, parallel: Int? = 1, _ trials: [Trial]
  ) throws {
    let folder = records.appendingPathComponent(name)
    var track = TrackDefinition.kjv.track
    track.target = 2.88
    track.batch = batch
    track.model.modelDimension = width
    try write(
      try record(
        kind: "sweep", purpose: purpose, seeds: 1, track: track, parallel: parallel),
      to: folder, "record.json")
    var arms: [String] = []
    for trial in trials where !arms.contains(trial.arm) { arms.append(trial.arm) }
    let results = arms.map { arm -> [String: Any] in
      let own = trials.filter { $0.arm == arm }
      let ranked = own.sorted { ($0.loss ?? 9) < ($1.loss ?? 9) }
      return [
        "name": arm, "optimizer": arm, "trials": own.count,
        "diverged": own.count { $0.loss == nil }, "train_seconds": 100,
        "keys": ["\(arm).learning_rate"] + (isOfRates ? [] : ["\(arm).weight_decay", "steps"]),
        "options": "",
        "toml": "",
        "edges": ["steps", "\(arm).learning_rate"].map { key -> [String: Any] in
          ["key": key, "best": 300, "lowest": 100, "highest": 300]
        },
        "best": ranked.map { trial -> [String: Any] in
          [
            "stage": trial.stage, "settings": trial.settings,
            "final_val_loss": trial.loss ?? NSNull(), "steps_to_target": [NSNull()],
            "train_seconds": 50,
          ]
        },
      ]
    }
    let result: [String: Any] = [
      "track": "kjv", "precision": "float32", "seeds": [0], "trials": trials.count,
      "train_seconds": 200, "wall_seconds": 250, "commits": ["0123456789"], "dirty": false,
      "other_records": 0, "arms": results,
    ]
    try write(result, to: folder, "result.json")
    let lines = try trials.map { trial in
      // Muon's step is longer, by its optimizer.
      let seconds = Double(trial.steps) * (trial.arm == "muon" ? 0.3 : 0.25)
      let line: [String: Any] = [
        "arm": trial.arm, "stage": trial.stage, "settings": trial.settings, "seed": 0,
        "outcome": trial.loss == nil ? "diverged" : "missed",
        "final_val_loss": trial.loss ?? NSNull(), "steps": trial.steps,
        "steps_to_target": NSNull(), "train_seconds": seconds,
        "optimizer_seconds": trial.arm == "muon" ? seconds / 6 : 0, "commit": NSNull(),
        "dirty": NSNull(), "run": "runs/x",
      ]
      return String(
        decoding: try JSONSerialization.data(withJSONObject: line, options: .sortedKeys),
        as: UTF8.self) + "\n"
    }
    try Data(lines.joined().utf8).write(to: folder.appendingPathComponent("trials.jsonl"))
  }

  private func record(
    kind: String, purpose: String, seeds: Int, track: Track, parallel: Int? = nil
  ) throws -> Any {
    [
      "version": 1, "kind": kind, "purpose": purpose, "title": NSNull(),
      "command": "speedrun \(kind)", "date": "2026-01-02", "commits": ["0123456789"],
      "dirty": false,
      "machines": [
        ["cpu": "a processor", "products": "avx512", "simd": "x86-64-v4", "threads": 2]
          as [String: Any]
      ],
      "track": try json(track), "precision": "float32", "seeds": Array(0..<seeds),
      "settings": [String](), "arms": [String](),
      "data": ["train_shards": ["00"], "val_shards": ["00"], "tokenizer": "00"] as [String: Any],
      "parallel": parallel.map { $0 as Any } ?? NSNull(),
      "compute": Self.compute, "files": [String: String](), "track_options": [String](),
      "base": try json(TrackDefinition.kjv),
    ] as [String: Any]
  }

  private static let compute = ["runs": 6, "train_seconds": 300, "wall_seconds": 360]

  private func json(_ value: some Encodable) throws -> Any {
    try JSONSerialization.jsonObject(with: try JSONEncoder().encode(value))
  }

  private func write(_ object: Any, to folder: URL, _ name: String) throws {
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    try JSONSerialization.data(withJSONObject: object, options: .sortedKeys)
      .write(to: folder.appendingPathComponent(name))
  }
}

/// Gives `body` an empty directory of results, which is removed afterwards.
func withResults(_ body: (ResultsFixture) throws -> Void) throws {
  let directory = FileManager.default.temporaryDirectory
    .appendingPathComponent("speedrun-results-\(UUID().uuidString)", isDirectory: true)
  defer { try? FileManager.default.removeItem(at: directory) }
  try body(try ResultsFixture(in: directory))
}
