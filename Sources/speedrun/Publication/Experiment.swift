import Experiments
import Foundation
import NanoGPT
import Runs
import Text

/// A recorded experiment with all that tables and figures need of it.
package struct FinishedExperiment: Sendable {
  /// A run of a comparison.
  package struct Run: Sendable {
    package let arm: String
    package let seed: UInt64
    package let record: RunRecord
    package let log: RunLog
  }

  /// What was found.
  package enum Finding: Sendable {
    case comparison(Verdict, [Run])
    case sweep(Ranking, [TrialLine])
  }

  /// The name of its directory.
  package let name: String
  package let record: ExperimentRecord
  package let finding: Finding
  /// The spectra of the first run whose log has them.
  package let spectra: Spectra?

  package init(
    name: String, record: ExperimentRecord, finding: Finding, spectra: Spectra? = nil
  ) {
    (self.name, self.record, self.finding, self.spectra) = (name, record, finding, spectra)
  }
}

extension FinishedExperiment {
  /// Reads the record in `directory`, its result, and the logs it was made from.
  package init(in directory: URL) throws {
    let record = try ExperimentRecord(in: directory)
    self.record = record
    name = directory.lastPathComponent
    let result = directory.appendingPathComponent(ExperimentRecord.resultName)
    switch record.kind {
    case .comparison:
      var experiment = try Experiment(try Request(of: record), in: directory)
      try experiment.noteFinished()
      let runs = experiment.finished.map { run in
        Run(
          arm: experiment.arm(of: run.trial), seed: run.trial.seed, record: run.record, log: run.log
        )
      }
      finding = .comparison(try Self.decoded(result), runs)
      spectra = runs.lazy.compactMap { Spectra(of: $0.log, arm: $0.arm, seed: $0.seed) }.first
    case .sweep:
      finding = .sweep(try Self.decoded(result), try Self.lines(in: directory))
      spectra = nil
    }
  }

  /// Reads every record in `directory`, which may be missing, in the order of their names.
  package static func all(in directory: URL) throws -> [FinishedExperiment] {
    try ExperimentRecord.committed(in: directory).map { try FinishedExperiment(in: $0) }
  }

  private static func decoded<Value: Decodable>(_ url: URL) throws -> Value {
    let bytes = try Files.read(url, hint: hint)
    do {
      return try JSON.decoded(Value.self, from: bytes)
    } catch {
      throw DataError.badData(
        path: url.relativePath, reason: "not the result its record says", hint: hint)
    }
  }

  private static func lines(in directory: URL) throws -> [TrialLine] {
    let url = directory.appendingPathComponent("trials.jsonl")
    let bytes = try Files.read(url, hint: hint)
    return try bytes.split(separator: UInt8(ascii: "\n")).enumerated().map { index, line in
      guard let trial = try? JSONDecoder().decode(TrialLine.self, from: Data(line)) else {
        throw DataError.badData(
          path: url.relativePath, reason: "line \(index + 1) is not a trial of a sweep", hint: hint)
      }
      return trial
    }
  }

  private static let hint = "the command in the record makes it again from the runs that are there"
}

extension [FinishedExperiment] {
  /// The comparisons made for something.
  func comparisons(
    _ purpose: Purpose
  ) -> [(experiment: FinishedExperiment, report: Verdict, runs: [FinishedExperiment.Run])] {
    compactMap { experiment in
      guard experiment.record.purpose == purpose,
        case .comparison(let report, let runs) = experiment.finding
      else { return nil }
      return (experiment, report, runs)
    }
  }

  /// The sweeps made for something.
  func sweeps(
    _ purpose: Purpose
  ) -> [(experiment: FinishedExperiment, result: Ranking, lines: [TrialLine])] {
    compactMap { experiment in
      guard experiment.record.purpose == purpose,
        case .sweep(let result, let lines) = experiment.finding
      else { return nil }
      return (experiment, result, lines)
    }
  }
}
