import Autograd
import Text

/// What a sweep has found: the content of `result.json` and of `speedrun sweep --json`.
package struct SweepResult: Codable, Sendable {
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
  package var arms: [Arm]

  /// What one arm's search has found.
  package struct Arm: Codable, Sendable {
    package var name: String
    package var optimizer: Contestant
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

extension SweepResult {
  /// The number of points shown of each arm.
  private static let shown = 5

  /// Sums up a sweep that is complete.
  init(_ sweep: Sweep, track: String) throws(UsageError) {
    let records = sweep.records
    self.track = track
    precision = sweep.plan.precision
    seeds = sweep.plan.seeds
    trials = sweep.finishedCount
    trainSeconds = records.reduce(0) { $0 + $1.result.trainSeconds }
    wallSeconds = records.reduce(0) { $0 + $1.result.wallSeconds }
    commits = Set(records.compactMap(\.environment.git.commit)).sorted()
    dirty = records.contains { $0.environment.git.dirty == true }
    otherRecords = SweepDirectory.recordsOutside(of: sweep.trials, in: sweep.directory)
    arms = []
    for index in sweep.searches.indices { arms.append(try Arm(index, of: sweep)) }
  }
}

extension SweepResult.Arm {
  fileprivate init(_ index: Int, of sweep: Sweep) throws(UsageError) {
    let search = sweep.searches[index]
    let points = search.points.indices.map { SweepResult.Point($0, ofArm: index, of: sweep) }
    // Sorting by loss and place: equal losses stay in the order of the plan.
    let ranked = points.indices.sorted {
      (points[$0].loss ?? .infinity, $0) < (points[$1].loss ?? .infinity, $1)
    }
    let winner = search.best?.settings ?? []
    name = search.arm.name
    optimizer = search.arm.optimizer
    trials = points.count * sweep.plan.seeds.count
    diverged = sweep.lines.count { $0.arm == search.arm.name && $0.outcome == .diverged }
    trainSeconds = sweep.records(ofArm: index).reduce(0) { $0 + $1.result.trainSeconds }
    keys = Set(search.arm.stages.flatMap { $0.axes.map(\.key) }).sorted()
    best = ranked.prefix(SweepResult.shown).map { points[$0] }
    options = (sweep.plan.options + ["--optimizer \(optimizer)"] + winner.map(\.option))
      .joined(separator: " ")
    toml = winner.map(\.toml).joined(separator: "\n")
    edges = try search.edges()
  }
}

extension SweepResult.Point {
  fileprivate init(_ index: Int, ofArm arm: Int, of sweep: Sweep) {
    let point = sweep.searches[arm].points[index]
    let records = sweep.records(ofArm: arm, point: index)
    stage = sweep.plan.arms[arm].stages[point.stage].name
    settings = point.settings.map(\.text)
    loss = point.loss?.ifFinite
    stepsToTarget = records.map(\.result.stepsToTarget)
    trainSeconds =
      records.reduce(0) { $0 + $1.result.trainSeconds } / Double(max(1, records.count))
  }
}
