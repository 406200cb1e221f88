import Foundation
import NanoGPT
import Text

/// Goes through the stages of a sweep again with the trials that are there, and makes its files again.
struct SweepVerification {
  private(set) var outcome = RunsOutcome()

  private static let planName = "plan.toml"

  init(of record: ExperimentRecord, in directory: URL) {
    let url = directory.appendingPathComponent(Self.planName)
    outcome.paths = [Self.planName]
    // A missing one is told where the files are listed.
    guard let bytes = try? Files.read(url, hint: "") else { return }
    do {
      var plan = try SweepPlan(toml: String(decoding: bytes, as: UTF8.self), in: directory)
      if case .named = plan.track, plan.track.arguments != record.trackOptions {
        throw UsageError(
          "its track is \(plan.track.arguments.joined(separator: " ")); "
            + "\(ExperimentRecord.fileName) says \(record.trackOptions.joined(separator: " "))")
      }
      plan.track = .recorded(record.base, options: record.trackOptions)
      try plan.check(against: record.base)
      var sweep = try Sweep(plan, on: record.base, in: directory)
      outcome.isComplete = try verify(&sweep)
      outcome.paths = record.paths(of: sweep.trials)
      guard outcome.isComplete else { return }
      try compare(sweep, record, in: directory)
    } catch {
      outcome.findings.add(Self.planName, Failure(error).message)
    }
  }

  /// Checks all trials, stage after stage; false when one is missing, without which no stage can follow.
  private mutating func verify(_ sweep: inout Sweep) throws -> Bool {
    var isComplete = true
    while let trial = sweep.next() {
      let path = "\(SweepDirectory.runs)/\(trial.directory.lastPathComponent)"
      if let run = outcome.verify(trial, of: sweep.arm(of: trial), path: path) {
        try sweep.note(run.run.record, of: trial)
      } else {
        isComplete = false
      }
    }
    return isComplete
  }

  /// Compares the files that sum the trials up with what they should be.
  private mutating func compare(
    _ sweep: Sweep, _ record: ExperimentRecord, in directory: URL
  ) throws {
    outcome.checkData(against: record)
    let lines = try sweep.lines.map { try JSON.line($0) + "\n" }.joined()
    outcome.compare("trials.jsonl", in: directory, withLines: lines)
    outcome.compare(
      ExperimentRecord.resultName, in: directory,
      with: try SweepResult(sweep, track: record.base.track.name))
    let byTrial = Dictionary(
      outcome.runs.map { ($0.run.trial, $0.run) }, uniquingKeysWith: { first, _ in first })
    outcome.record = try sweep.record(
      of: sweep.finished.compactMap { byTrial[$0.trial] }, command: record.command,
      parallel: record.parallel)
    outcome.record?.date = record.date
  }
}
