import Autograd
import Experiments
import Foundation
import NanoGPT
import Runs
import Text

/// Runs of a record that are made once more, to see whether their logs come out again.
package struct Rerun {
  /// A run whose log came out again.
  package struct Success: Codable, Sendable {
    let run: String
    let trainLosses: Int
    let valLosses: Int
    /// What diagnostics saw, which is compared where the same kernels compute it.
    let diagnostics: Int
    /// Of all losses, as a share of the loss; 0 when they are equal bit for bit.
    let largestDifference: Double

    enum CodingKeys: String, CodingKey {
      case run, diagnostics
      case trainLosses = "train_losses"
      case valLosses = "val_losses"
      case largestDifference = "largest_difference"
    }

    /// In words.
    var text: String {
      let difference =
        largestDifference == 0
        ? "equal bit for bit" : "equal but for \(String(format: "%.0e", largestDifference))"
      return "\(run) made again: \(trainLosses) training losses and "
        + "\(Format.count(valLosses, "validation")) are \(difference)"
        + (diagnostics == 0 ? "" : ", and so are \(diagnostics) diagnostics")
    }
  }

  private let record: ExperimentRecord
  /// The runs to make again.
  package let runs: [ArmRun]

  /// Chooses runs by their names, or, without any, the first of every arm.
  package init(
    of record: ExperimentRecord, _ runs: [ArmRun], named names: [String]
  ) throws(UsageError) {
    self.record = record
    if let problem = record.precision.problem {
      throw UsageError(
        "--rerun: the runs are in \(record.precision.rawValue): \(problem)",
        hint: "verify without --rerun here, and with it on such a machine")
    }
    let byName = Dictionary(
      runs.map { ($0.name, $0) }, uniquingKeysWith: { first, _ in first })
    if names.isEmpty {
      self.runs = record.arms.compactMap { arm in runs.first { $0.arm == arm.name } }
    } else {
      self.runs = names.compactMap { byName[$0] }
    }
  }

  /// The option that names the data of a run, where they lie elsewhere than those of its corpus.
  private func data(of run: ArmRun) -> [String] {
    guard let shard = run.record.data.trainShards.first else { return [] }
    let directory = URL(fileURLWithPath: shard.path).deletingLastPathComponent()
    let isUsual = directory.standardizedFileURL == record.track.dataDirectory.standardizedFileURL
    return isUsual || !directory.isDirectory ? [] : ["--data", directory.path]
  }

  /// Makes the runs again, one after the other.
  ///
  /// - Parameters:
  ///   - threads: The threads of each.
  ///   - say: Is given what is being done.
  /// - Returns: What came out again and what did not; nil when Control-C has ended it.
  /// - Throws: ``TrialFailure`` when a run ends without a record.
  package func run(
    threads: Int, say: (String) -> Void
  ) throws -> (successes: [Success], findings: Findings)? {
    let place = FileManager.default.temporaryDirectory
      .appendingPathComponent("speedrun-rerun-\(UUID().uuidString)", isDirectory: true)
    try Files.writing(to: place) {
      try FileManager.default.createDirectory(at: place, withIntermediateDirectories: true)
    }
    defer { try? FileManager.default.removeItem(at: place) }
    // The track as it was, which may have another meaning by now.
    let track = place.appendingPathComponent("track.toml")
    try Files.write(Array(try record.base.toml().utf8), to: track)

    var successes: [Success] = []
    var findings = Findings()
    for run in runs {
      say("\(run.name): \(Format.count(run.run.log.plan.steps, "step")) once more")
      var trial = run.run.trial
      trial.source = TrackSource(
        record.base, options: ["--track-file", track.path] + data(of: run))
      trial.diagnosticsEvery = run.run.log.diagnosticsEvery
      trial.directory = place.appendingPathComponent(run.name, isDirectory: true)
      var waiting = [trial].makeIterator()
      var again: FinishedRun?
      let isComplete = try TrialRunner(parallel: 1, threads: threads).run(
        next: { waiting.next().map { ($0, nil) } }, ended: { run, _ in again = run })
      guard isComplete, let again else { return nil }
      let comparison = LogComparison(
        run.run.log, of: run.run.record.environment, with: again.log,
        of: again.record.environment)
      if let difference = comparison.firstDifference {
        findings.add(
          "\(run.path)/\(RunDirectory.logName)", line: difference.line, difference.message)
      } else if comparison.seesSame, let evaluation = run.record.result.evaluation,
        evaluation != again.record.result.evaluation
      {
        findings.add(
          "\(run.path)/\(RunDirectory.recordName)",
          "result.evaluation is not the same made again")
      } else {
        successes.append(
          Success(
            run: run.name, trainLosses: again.log.steps.count,
            valLosses: again.log.validations.count, diagnostics: comparison.diagnostics,
            largestDifference: comparison.largestDifference))
      }
    }
    return (successes, findings)
  }
}
