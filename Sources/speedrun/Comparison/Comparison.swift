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
  /// What changes for all arms.
  let settings: [Setting]
  let source: TrackSource
  /// Where the runs go, to a directory each.
  let directory: URL
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
          directory: Self.directory(of: arm.name, seed: seed, in: directory))
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
    (self.source, self.settings, self.directory) = (source, settings, directory)
    for trial in trials.joined() { try trial.checkDirectory() }
  }

  /// All trials in the order they run in: arm after arm with one seed, then with the next, so that a machine
  /// that drifts does so for all arms alike.
  var order: [Trial] { Array(trials.joined()) }

  /// Where the run of an arm with a seed lies.
  static func directory(of arm: String, seed: UInt64, in directory: URL) -> URL {
    directory.appendingPathComponent("\(arm)-seed\(seed)", isDirectory: true)
  }

  /// The runs of the seeds that every arm has finished: of each such seed, one for each arm.
  func finishedRuns() throws -> [[(trial: Trial, record: RunRecord)]] {
    try trials.compactMap { row in
      let finished = try row.compactMap { trial in
        try trial.finishedRecord().map { (trial: trial, record: $0) }
      }
      return finished.count == row.count ? finished : nil
    }
  }

  /// The report on finished runs.
  func report(on runs: [[(trial: Trial, record: RunRecord)]]) throws -> ComparisonReport {
    guard !runs.isEmpty else {
      throw DataError.missingInput(
        path: directory.path, reason: "no seed has finished in every arm",
        hint: "the same command without --no-run runs what is missing")
    }
    let compared = try arms.indices.map { index in
      ComparedArm(
        arm: arms[index],
        runs: try runs.map { row in
          ComparedArm.Run(
            trial: row[index].trial, record: row[index].record,
            curve: try ValidationCurve(in: row[index].trial.directory))
        })
    }
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
