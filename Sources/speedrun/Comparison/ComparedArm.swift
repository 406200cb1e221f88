import Foundation
import NanoGPT
import Text

/// An arm and its finished runs, a run for each seed.
struct ComparedArm {
  /// A finished run.
  struct Run {
    let trial: Trial
    let record: RunRecord
    let curve: ValidationCurve

    var seed: UInt64 { trial.seed }
  }

  let arm: Arm
  /// Ascending by seed; at least one.
  let runs: [Run]

  var curves: ArmCurves { ArmCurves(runs.map { ($0.seed, $0.curve) }) }

  /// Throws unless all runs of all arms were trained on the same data.
  static func checkData(of arms: [ComparedArm]) throws(DataError) {
    let runs = arms.flatMap(\.runs)
    guard let first = runs.first else { return }
    let expected = first.record.data.checksums
    for run in runs where run.record.data.checksums != expected {
      throw .badData(
        path: run.trial.directory.path,
        reason: "not trained on the same data as \(first.trial.directory.relativePath)",
        hint: "remove the one that is wrong, and compare again")
    }
  }

  /// What makes numbers of different runs hard to compare, in words.
  static func warnings(about arms: [ComparedArm]) -> [String] {
    let environments = arms.flatMap(\.runs).map(\.record.environment)
    let machines = Set(
      environments.map { "\($0.cpu), \($0.products), \(Format.count($0.threads, "thread"))" })
    let commits = Set(environments.map { $0.git.commit ?? "unknown" })
    var warnings: [String] = []
    if machines.count > 1 {
      warnings.append(
        "the runs' seconds do not compare: \(machines.sorted().joined(separator: "; "))")
    }
    if commits.count > 1 {
      warnings.append(
        "the runs are by different versions of this program: "
          + commits.map { $0.prefix(8) }.sorted().joined(separator: ", "))
    }
    return warnings
  }
}
