import Foundation

/// Checks the runs of a comparison, and makes its result again.
struct ComparisonVerification {
  private(set) var outcome = RunsOutcome()

  init(of record: ExperimentRecord, in directory: URL) {
    do {
      try verify(record, in: directory)
    } catch {
      outcome.findings.add(ExperimentRecord.fileName, Failure(error).message)
    }
  }

  private mutating func verify(
    _ record: ExperimentRecord, in directory: URL
  ) throws {
    let arms = try Self.arms(of: record)
    let settings = try record.settings.map { try Setting($0) }
    let source = TrackSource.recorded(record.base, options: record.trackOptions)
    guard let target = record.track.target else { throw UsageError("track.target is missing") }
    let trials = record.seeds.flatMap { seed in
      arms.map { arm in
        Trial(
          track: source, optimizer: arm.optimizer, settings: settings + arm.settings, seed: seed,
          precision: record.precision,
          directory: Comparison.directory(of: arm.name, seed: seed, in: directory))
      }
    }
    (outcome.paths, outcome.isComplete) = (record.paths(of: trials), true)
    var runs: [[ComparedArm.Run]] = arms.map { _ in [] }
    var recorded: [RecordedRun] = []
    for (index, trial) in trials.enumerated() {
      let name = trial.directory.lastPathComponent
      let arm = index % arms.count
      guard let run = outcome.verify(trial, of: arms[arm].name, path: name) else { continue }
      recorded.append(run.run)
      runs[arm].append(
        ComparedArm.Run(trial: trial, record: run.run.record, curve: run.curve))
      if let expected = record.arms[arm].configurationSHA256,
        run.run.configurationSHA256 != expected
      {
        outcome.findings.add(
          "\(name)/run.json",
          "SHA-256 of the configuration is \(run.run.configurationSHA256); "
            + "\(ExperimentRecord.fileName) says \(expected)")
      }
    }
    outcome.checkData(against: record)
    guard recorded.count == trials.count else { return }

    // Of a log that breaks off, the rest would only be said once more; and no sum is made of what cannot be.
    if outcome.runs.allSatisfy(\.isComparable) {
      let compared = zip(arms, runs).map { ComparedArm(arm: $0, runs: $1) }
      let report = ComparisonReport(
        of: compared, track: record.track, target: target, precision: record.precision)
      outcome.compare(ExperimentRecord.resultName, in: directory, with: report)
    }
    var expected = record
    expected.describe(recorded)
    expected.track = try trials[0].plan().track
    outcome.record = expected
  }

  /// The arms, of which there must be one at least, as there must be of the seeds.
  private static func arms(of record: ExperimentRecord) throws(UsageError) -> [Arm] {
    guard !record.arms.isEmpty, !record.seeds.isEmpty else {
      throw UsageError("it has no arms or no seeds")
    }
    guard Set(record.arms.map(\.name)).count == record.arms.count,
      Set(record.seeds).count == record.seeds.count
    else { throw UsageError("an arm or a seed is there twice") }
    return try record.arms.map { (arm) throws(UsageError) in
      try Arm(
        named: arm.name, arm.optimizer,
        try arm.settings.map { text throws(UsageError) in
          try Setting(text)
        })
    }
  }
}
