import Autograd
import Foundation
import NanoGPT

/// Arms times seeds on one track, decided in full before anything runs.
struct Comparison {
  let arms: [Arm]
  let seeds: [UInt64]
  let track: Track
  let target: Double
  let precision: Precision
  /// Of every seed, a trial for each arm.
  private let trials: [[Trial]]

  /// Checks that the arms differ in nothing that the track fixes, and that none would overwrite other runs.
  ///
  /// The runs go to `directory/ARM-seedN`.
  init(
    _ arms: [Arm], seeds: [UInt64], on source: TrackSource, settings: [Setting],
    precision: Precision, directory: URL
  ) throws {
    if let name = arms.map(\.name).firstRepeated {
      throw UsageError(
        "two arms are called \(name)",
        hint: "name them apart: \(name)=..., \(name)-2=...")
    }
    trials = seeds.map { seed in
      arms.map { arm in
        Trial(
          track: source, optimizer: arm.optimizer, settings: settings + arm.settings, seed: seed,
          precision: precision,
          directory: directory.appendingPathComponent(
            "\(arm.name)-seed\(seed)", isDirectory: true))
      }
    }
    let tracks = try (trials.first ?? []).map { try $0.plan().track }
    guard let track = tracks.first else { throw UsageError("no arms to compare") }
    for (arm, other) in zip(arms, tracks) where other != track {
      throw UsageError(
        "arm \(arm.name) changes what the track fixes",
        hint: "--set key=value changes it for all arms")
    }
    guard let target = track.target else {
      throw UsageError(
        "track \(track.name) has no target", hint: "set the loss to reach with --target LOSS")
    }
    (self.arms, self.seeds, self.track, self.target) = (arms, seeds, track, target)
    self.precision = precision
    for trial in trials.joined() { try trial.checkDirectory() }
  }

  /// All trials in the order they run in: arm after arm with one seed, then with the next, so that a machine
  /// that drifts does so for all arms alike.
  var order: [Trial] { Array(trials.joined()) }

  /// The report on the seeds that every arm has finished.
  func report() throws -> ComparisonReport {
    var runs = arms.map { _ in [ComparedArm.Run]() }
    for row in trials {
      let records = try row.map { try $0.finishedRecord() }
      guard !records.contains(where: { $0 == nil }) else { continue }
      for (index, (trial, record)) in zip(row, records).enumerated() {
        guard let record else { continue }
        runs[index].append(
          ComparedArm.Run(
            trial: trial, record: record, curve: try ValidationCurve(in: trial.directory)))
      }
    }
    guard runs.allSatisfy({ !$0.isEmpty }) else {
      throw DataError.missingInput(
        path: order[0].directory.deletingLastPathComponent().path,
        reason: "no seed has finished in every arm",
        hint: "the same command without --no-run runs what is missing")
    }
    let compared = zip(arms, runs).map { ComparedArm(arm: $0, runs: $1) }
    try ComparedArm.checkData(of: compared)
    return ComparisonReport(of: compared, track: track, target: target, precision: precision)
  }
}

extension Trial {
  /// Throws if the directory holds a whole run that is not this trial.
  fileprivate func checkDirectory() throws {
    guard try finishedRecord() == nil, let other = try? RunRecord(in: directory),
      other.outcome != .interrupted
    else { return }
    throw UsageError(
      "\(directory.relativePath) holds a run with other settings",
      hint: "give the arm another name, choose another directory with --out, or remove that one")
  }
}

extension Array where Element: Hashable {
  /// The first element that an earlier one equals.
  fileprivate var firstRepeated: Element? {
    var seen: Set<Element> = []
    return first { !seen.insert($0).inserted }
  }
}
