import Autograd
import Runs
import Text

/// What a sweep has found: the content of `result.json` and of `speedrun sweep --json`.
package struct Ranking: Codable, Sendable {
  package var track: String
  package var precision: Precision
  package var seeds: [UInt64]
  /// Of all arms.
  package var trials: Int
  /// Of all trials, added up: of several side by side each counts in full.
  package var trainSeconds: Double
  package var wallSeconds: Double
  /// The commits the trials were made at; more than one if the program changed in between.
  package var commits: [String]
  /// Whether any trial was made with files that differ from its commit.
  package var dirty: Bool
  /// Records in the directory that are not of this plan.
  package var otherRecords: Int
  package var arms: [ArmResult]

  /// What one arm's search has found.
  package struct ArmResult: Codable, Sendable {
    package var name: String
    package var optimizer: String
    package var trials: Int
    package var diverged: Int
    package var trainSeconds: Double
    /// The keys that were searched.
    package var keys: [String]
    /// The best points, best first.
    package var best: [Point]
    /// The best settings as options of `speedrun run`.
    package var options: String
    /// The best settings as TOML: for `[arms.set]` of a plan, or for a recipe of a track.
    package var toml: String
    package var edges: [GridEdge]

    enum CodingKeys: String, CodingKey {
      case name, optimizer, trials, diverged, keys, best, options, toml, edges
      case trainSeconds = "train_seconds"
    }
  }

  /// Settings and what they scored.
  package struct Point: Codable, Sendable {
    package var stage: String
    /// Each as `key=value`.
    package var settings: [String]
    /// The mean over the seeds; null when a run diverged.
    @OrNull package var loss: Double?
    /// By seed; null where the target was not reached.
    package var stepsToTarget: [Int?]
    /// The mean over the seeds.
    package var trainSeconds: Double

    enum CodingKeys: String, CodingKey {
      case stage, settings
      case loss = "final_val_loss"
      case stepsToTarget = "steps_to_target"
      case trainSeconds = "train_seconds"
    }
  }

  enum CodingKeys: String, CodingKey {
    case track, precision, seeds, trials, commits, dirty, arms
    case trainSeconds = "train_seconds"
    case wallSeconds = "wall_seconds"
    case otherRecords = "other_records"
  }
}

extension Ranking {
  /// The number of points shown of each arm.
  private static let shown = 5

  /// Sums up a sweep that is complete.
  init(_ experiment: Experiment, otherRecords: Int) throws(UsageError) {
    let request = experiment.request
    let records = experiment.finished.map(\.record)
    var arms: [ArmResult] = []
    for index in request.arms.indices { arms.append(try Self.arm(index, of: experiment)) }
    self.init(
      track: request.source.definition.track.name, precision: request.precision,
      seeds: request.seeds, trials: experiment.finishedCount,
      trainSeconds: records.reduce(0) { $0 + $1.result.trainSeconds },
      wallSeconds: records.reduce(0) { $0 + $1.result.wallSeconds },
      commits: Set(records.compactMap(\.environment.git.commit)).sorted(),
      dirty: records.contains { $0.environment.git.dirty == true },
      otherRecords: otherRecords, arms: arms)
  }

  private static func arm(_ index: Int, of experiment: Experiment) throws(UsageError) -> ArmResult {
    let (request, search) = (experiment.request, experiment.searches[index])
    let points = search.points.indices.map { place in
      let (point, runs) = (search.points[place], experiment.runs(ofArm: index, point: place))
      return Point(
        stage: point.stage, settings: point.settings.map(\.text), loss: point.loss?.ifFinite,
        stepsToTarget: runs.map(\.record.result.stepsToTarget),
        trainSeconds: runs.reduce(0) { $0 + $1.record.result.trainSeconds }
          / Double(max(1, runs.count)))
    }
    // The finals first, then by loss and place: equal losses stay in the order of the plan.
    let ranked = points.indices.sorted {
      func key(_ place: Int) -> (Int, Double, Int) {
        (search.points[place].isFinal ? 0 : 1, points[place].loss ?? .infinity, place)
      }
      return key($0) < key($1)
    }
    let winner = search.best?.settings ?? []
    let precision =
      request.precision == .float32 ? [] : ["--precision", request.precision.rawValue]
    return ArmResult(
      name: search.arm.name, optimizer: search.arm.optimizer,
      trials: search.arm.trialCount(seeds: request.seeds.count),
      diverged: experiment.lines.count { $0.arm == search.arm.name && $0.outcome == .diverged },
      trainSeconds: experiment.finished(ofArm: index).reduce(0) {
        $0 + $1.record.result.trainSeconds
      },
      keys: search.arm.keys, best: ranked.prefix(shown).map { points[$0] },
      options: CommandText.options(
        request.source.options + precision + ["--optimizer", search.arm.optimizer]
          + winner.flatMap { ["--set", $0.text] }),
      toml: winner.map(\.toml).joined(separator: "\n"), edges: try search.edges())
  }
}

/// A finished trial of a sweep as a line of `trials.jsonl`.
package struct TrialLine: Codable, Equatable, Sendable {
  package var arm: String
  package var stage: String
  /// Each as `key=value`.
  package var settings: [String]
  package var seed: UInt64
  package var outcome: RunRecord.Outcome
  @OrNull package var finalValLoss: Double?
  package var steps: Int
  @OrNull package var stepsToTarget: Int?
  package var trainSeconds: Double
  package var optimizerSeconds: Double
  /// Of the checkout the program was built in.
  @OrNull package var commit: String?
  @OrNull package var dirty: Bool?
  /// The directory of the run, from that of the sweep.
  package var run: String
  /// What stood still in it; absent where nothing did.
  package var pauses: RunRecord.Pauses?

  enum CodingKeys: String, CodingKey {
    case arm, stage, settings, seed, outcome, steps, commit, dirty, run, pauses
    case finalValLoss = "final_val_loss"
    case stepsToTarget = "steps_to_target"
    case trainSeconds = "train_seconds"
    case optimizerSeconds = "optimizer_seconds"
  }

  /// The training time to compare: without pauses.
  package var steadyTrainSeconds: Double { pauses?.steadyTrainSeconds ?? trainSeconds }

  /// The optimizer's part of it.
  package var steadyOptimizerSeconds: Double { pauses?.steadyOptimizerSeconds ?? optimizerSeconds }

  package init(arm: String, stage: String, path: String, _ run: FinishedRun) {
    let (result, git) = (run.record.result, run.record.environment.git)
    (self.arm, self.stage, self.run) = (arm, stage, path)
    settings = run.trial.settings.map(\.text)
    (seed, outcome, steps) = (run.trial.seed, run.record.outcome, result.steps)
    (finalValLoss, stepsToTarget) = (result.finalValLoss, result.stepsToTarget)
    (trainSeconds, optimizerSeconds) = (result.trainSeconds, result.optimizerSeconds)
    (commit, dirty, pauses) = (git.commit, git.dirty, result.pauses)
  }
}
