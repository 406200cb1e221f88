import Experiments
import Foundation
import Runs
import Text

/// What verifying a record has found: an element of `speedrun verify --json`.
public struct VerifiedRecord: Codable, Sendable {
  /// The directory of the record.
  public let path: String
  /// Null when the record could not be read, like what follows from it.
  @OrNull var kind: ExperimentKind?
  let arms: [String]
  let seeds: [UInt64]
  let runs: Int
  /// Those of them that were interrupted, and went on later.
  let resumedRuns: Int
  let files: Int
  private(set) var mismatchCount: Int
  /// The first ones of every file.
  public private(set) var mismatches: [Mismatch]
  /// The runs that were made again and came out equal.
  private(set) var reruns: [Rerun.Success] = []

  enum CodingKeys: String, CodingKey {
    case path, kind, arms, seeds, runs, files, mismatches, reruns
    case resumedRuns = "resumed_runs"
    case mismatchCount = "mismatch_count"
  }

  /// Verifies the record in `directory`, but for its command: that is for a program to read.
  public init(of directory: URL) {
    self.init(Verifier(of: directory) { _ in nil })
  }

  package init(_ verification: Verifier) {
    let record = verification.record
    path = verification.directory.relativePath
    kind = record?.kind
    arms = record?.arms.map(\.name) ?? []
    seeds = record?.seeds ?? []
    runs = verification.runs.count
    resumedRuns = verification.runs.count(where: \.record.isInterrupted)
    files = record?.files.count ?? 0
    mismatchCount = verification.findings.mismatches.count
    mismatches = verification.findings.listed
  }

  /// Notes the runs that were made again.
  package mutating func add(_ successes: [Rerun.Success], _ findings: Findings) {
    reruns += successes
    mismatchCount += findings.mismatches.count
    mismatches += findings.listed
  }

  /// A line for the record, and one for each thing that is wrong.
  public var lines: [String] {
    let content = kind.map { kind in
      " \(kind.rawValue) of \(arms.joined(separator: ", ")), \(Format.count(seeds.count, "seed")), "
        + "\(Format.count(runs, "run")), \(resumedRuns > 0 ? "\(resumedRuns) resumed, " : "")"
        + "\(Format.count(files, "file")):"
    }
    let verdict =
      switch mismatchCount {
      case 0: "verified"
      case 1: "1 mismatch"
      default: "\(mismatchCount) mismatches"
      }
    return ["\(path):\(content ?? "") \(verdict)"]
      + mismatches.map { "  \(path)/\($0.text)" } + reruns.map { "  \($0.text)" }
  }
}
