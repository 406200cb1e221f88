import Foundation
import NanoGPT

/// A recorded experiment with all that tables and figures need of it.
package struct Experiment: Sendable {
  /// A run of a comparison.
  package struct Run: Sendable {
    package let arm: String
    package let seed: UInt64
    package let record: RunRecord
    package let curve: ValidationCurve
  }

  /// What was found.
  package enum Finding: Sendable {
    case comparison(ComparisonReport, [Run])
    case sweep(SweepResult, [TrialLine])
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

extension Experiment {
  /// Reads the record in `directory`, its result, and the logs it was made from.
  package init(in directory: URL) throws {
    let record = try ExperimentRecord(in: directory)
    self.record = record
    name = directory.lastPathComponent
    let result = directory.appendingPathComponent(ExperimentRecord.resultName)
    switch record.kind {
    case .comparison:
      let report: ComparisonReport = try Self.decoded(result)
      var runs: [Run] = []
      var spectra: Spectra?
      for arm in report.arms {
        for seed in report.seeds {
          let run = directory.appendingPathComponent("\(arm.name)-seed\(seed)", isDirectory: true)
          runs.append(
            Run(
              arm: arm.name, seed: seed, record: try RunRecord(in: run),
              curve: try ValidationCurve(in: run)))
          if spectra == nil { spectra = try Spectra(in: run, arm: arm.name, seed: seed) }
        }
      }
      finding = .comparison(report, runs)
      self.spectra = spectra
    case .sweep:
      finding = .sweep(try Self.decoded(result), try Self.lines(in: directory))
      spectra = nil
    }
  }

  /// Reads every record in `directory`, which may be missing, in the order of their names.
  package static func all(in directory: URL) throws -> [Experiment] {
    try ExperimentRecord.committed(in: directory).map { try Experiment(in: $0) }
  }

  private static func decoded<Value: Decodable>(_ url: URL) throws -> Value {
    let bytes = try Files.read(url, hint: hint)
    do {
      return try JSONDecoder().decode(Value.self, from: Data(bytes))
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

extension [Experiment] {
  /// The comparisons made for something.
  func comparisons(
    _ purpose: ExperimentRecord.Purpose
  ) -> [(experiment: Experiment, report: ComparisonReport, runs: [Experiment.Run])] {
    compactMap { experiment in
      guard experiment.record.purpose == purpose,
        case .comparison(let report, let runs) = experiment.finding
      else { return nil }
      return (experiment, report, runs)
    }
  }

  /// The sweeps made for something.
  func sweeps(
    _ purpose: ExperimentRecord.Purpose
  ) -> [(experiment: Experiment, result: SweepResult, lines: [TrialLine])] {
    compactMap { experiment in
      guard experiment.record.purpose == purpose,
        case .sweep(let result, let lines) = experiment.finding
      else { return nil }
      return (experiment, result, lines)
    }
  }
}
