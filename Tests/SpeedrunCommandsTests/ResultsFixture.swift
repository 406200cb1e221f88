import Experiments
import Foundation
import Runs
import SpeedrunCommands
import Testing

/// Records as experiments leave them, in a directory of results.
struct ResultsFixture {
  /// An arm of a comparison: how its seeds end, and where it stops.
  struct Arm {
    var name: String
    var optimizer = "muon"
    var settings: [String] = []
    var steps = 200
    /// The final loss of the first seed; every other one is 0.001 above the one before.
    var loss = 2.86
    var stop: Int?
    var secondsPerStep = 0.25
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

  func experiments() throws -> [Experiment] { try Experiment.all(in: records) }

  func files() throws -> [String: String] {
    let files = try ReportFiles.expected(from: try experiments(), readme: Self.readme)
    return Dictionary(
      uniqueKeysWithValues: files.map { ($0.path, String(decoding: $0.bytes, as: UTF8.self)) })
  }

  /// Adds a comparison; the first arm is the baseline.
  func add(
    _ name: String, purpose: String = "leaderboard", _ arms: [Arm], seeds: Int = 3,
    hasSpectra: Bool = false
  ) throws {
    let folder = records.appendingPathComponent(name)
    for arm in arms {
      for seed in 0..<seeds {
        try addRun(of: arm, seed: seed, hasSpectra: hasSpectra, in: folder)
      }
    }
    try write(
      try record(
        kind: "comparison", purpose: purpose, seeds: seeds, track: TrackDefinition.kjv.track),
      to: folder, "record.json")
    let verdicts = arms.dropFirst().map { arm -> [String: Any] in
      var ratios: Any = NSNull()
      if let stop = arm.stop, let reference = arms[0].stop {
        let steps = Double(stop) / Double(reference)
        ratios = [
          "steps": Self.ratio(steps), "open_share": 0,
          "seconds": Self.ratio(steps * arm.secondsPerStep / arms[0].secondsPerStep),
        ]
      }
      return ["arm": arm.name, "baseline": arms[0].name, "ratios": ratios]
    }
    let result: [String: Any] = [
      "track": "kjv", "target": 2.88, "precision": "float32", "seeds": Array(0..<seeds),
      "val_every": 20, "val_every_late": 5, "significance": 0.01, "confidence": 0.95,
      "resamples": 10_000, "arms": arms.map { Self.result($0, seeds: seeds) },
      "verdicts": verdicts, "warnings": [String](), "compute": Self.compute,
    ]
    try write(result, to: folder, "result.json")
  }

  /// Adds a sweep at some size of the batch.
  func add(
    sweep name: String, purpose: String = "search", batch: Int = 16, parallel: Int? = 1,
    _ trials: [Trial]
  ) throws {
    let folder = records.appendingPathComponent(name)
    var track = TrackDefinition.kjv.track
    track.target = 2.88
    track.batch = batch
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
        "keys": ["\(arm).learning_rate", "\(arm).weight_decay", "steps"], "options": "",
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

  private func addRun(of arm: Arm, seed: Int, hasSpectra: Bool, in folder: URL) throws {
    let run = folder.appendingPathComponent("\(arm.name)-seed\(seed)")
    let loss = arm.loss + 0.001 * Double(seed)
    let seconds = Double(arm.steps) * arm.secondsPerStep
    let checksum: [String: Any] = ["path": "x", "sha256": "00", "tokens": 1]
    let record: [String: Any] = [
      "track": "kjv", "optimizer": arm.optimizer, "settings": arm.settings, "outcome": "reached",
      "configuration": [
        "model": try json(TrackDefinition.kjv.track.configuration), "groups": [String](),
        "training": [
          "batch": 16, "steps": arm.steps, "seed": seed, "data_seed": 0, "lanes": 4,
          "precision": "float32", "schedule": ["cooldown": 0.6, "warmup_steps": 0],
          "target": 2.88, "val_tokens": 98_304, "val_every": 20,
        ] as [String: Any],
      ] as [String: Any],
      "data": [
        "corpus": "kjv", "train_shards": [checksum], "val_shards": [checksum],
        "tokenizer": checksum,
      ] as [String: Any],
      "environment": [
        "git": ["commit": "0123456789", "dirty": false] as [String: Any], "swift": "6.3",
        "openblas": ["version": "0.3.21", "core": "SkylakeX"], "products": "avx512",
        "cpu": "a processor", "threads": 2, "simd": "x86-64-v4",
      ] as [String: Any],
      "result": [
        "reached": true, "steps_to_target": arm.steps, "train_seconds_to_target": seconds,
        "final_val_loss": loss, "final_bits_per_byte": 1.3, "steps": arm.steps, "tokens": 1,
        "train_seconds": seconds, "wall_seconds": seconds, "startup_seconds": NSNull(),
        "step_ms_median": NSNull(), "tokens_per_second": NSNull(), "optimizer_seconds": 1,
        "newton_schulz_calls": 1, "peak_rss_bytes": 1,
      ] as [String: Any],
    ]
    try write(record, to: run, "run.json")
    var events = (0...10).map { part -> [String: Any] in
      let share = Double(part) / 10
      return [
        "event": "val", "step": part * arm.steps / 10,
        "val_loss": loss + 4 * (1 - share) * (1 - share),
        "bits_per_byte": 1, "train_seconds": share * seconds,
      ]
    }
    if hasSpectra {
      events += [20, 100, 180].flatMap { step in
        ["q", "k"].map { name -> [String: Any] in
          [
            "event": "diagnostics", "step": step, "matrix": name,
            "singular_values": [1, 0.25, 0.03125],
            "orthogonalized_singular_values": [1.125, 1, 0.75],
          ]
        }
      }
      events.append(
        [
          "event": "diagnostics", "step": 20, "matrix": "embed", "singular_values": NSNull(),
          "orthogonalized_singular_values": NSNull(),
        ])
    }
    let lines = try events.map {
      String(
        decoding: try JSONSerialization.data(withJSONObject: $0, options: .sortedKeys),
        as: UTF8.self) + "\n"
    }
    try Data(lines.joined().utf8).write(to: run.appendingPathComponent("log.jsonl"))
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

  private static func result(_ arm: Arm, seeds: Int) -> [String: Any] {
    let loss: [String: Any] = [
      "mean": arm.loss, "standard_deviation": 0.001,
      "interval": ["lower": arm.loss - 0.002, "upper": arm.loss + 0.002],
    ]
    let stop = arm.stop.map { step -> [String: Any] in
      [
        "step": step, "previous_step": step - 5, "loss": loss, "p": 0.0031, "tokens": 4096 * step,
        "seconds": Double(step) * arm.secondsPerStep,
      ]
    }
    return [
      "name": arm.name, "optimizer": arm.optimizer, "settings": arm.settings, "steps": arm.steps,
      "tokens": 4096 * arm.steps, "train_seconds": Double(arm.steps) * arm.secondsPerStep,
      "optimizer_share": 0.1, "final_loss": loss, "stop": stop ?? NSNull(),
      "shortfall": arm.stop == nil ? "is nowhere below 2.880" : NSNull(), "more_seeds": NSNull(),
    ]
  }

  private static func ratio(_ value: Double) -> [String: Any] {
    ["value": value, "interval": ["lower": value * 0.95, "upper": value * 1.05]]
  }

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
