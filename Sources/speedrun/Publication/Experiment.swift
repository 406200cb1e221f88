import Foundation
import NanoGPT

/// A recorded experiment with all that tables and figures need of it: nothing else here reads files of a record.
package struct FinishedExperiment: Sendable {
  /// A run of a comparison.
  struct Run: Sendable {
    let arm: String
    let seed: UInt64
    let record: RunRecord
    let curve: ValidationCurve
  }

  /// The singular values of the updates of one run.
  struct Spectra: Sendable {
    let arm: String
    let seed: UInt64
    /// Ascending by step; of every matrix before and after a list in descending order, its quantiles, those before
    /// divided by the largest.
    let steps: [(step: Int, before: [[Double]], after: [[Double]])]
  }

  /// The name of its directory.
  let name: String
  let record: ExperimentRecord
  /// What a comparison found; nil of a sweep.
  private(set) var report: ComparisonReport?
  private(set) var runs: [Run] = []
  /// Of the first run whose log has them.
  private(set) var spectra: Spectra?
  /// What a sweep found; nil of a comparison.
  private(set) var result: SweepResult?
  package private(set) var trials: [TrialLine] = []

  /// Reads every record in `directory`, which may be missing, in the order of their names.
  package static func all(in directory: URL) throws -> [FinishedExperiment] {
    try ExperimentRecord.committed(in: directory).map { try FinishedExperiment(in: $0) }
  }

  private init(in directory: URL) throws {
    name = directory.lastPathComponent
    record = try ExperimentRecord(in: directory)
    let resultURL = directory.appendingPathComponent(ExperimentRecord.resultName)
    if record.kind == .sweep {
      result = try Self.values(SweepResult.self, in: resultURL, perLine: false).first
      trials = try Self.values(
        TrialLine.self, in: directory.appendingPathComponent("trials.jsonl"))
      return
    }
    report = try Self.values(ComparisonReport.self, in: resultURL, perLine: false).first
    for arm in report?.arms ?? [] {
      for seed in report?.seeds ?? [] {
        let run = directory.appendingPathComponent("\(arm.name)-seed\(seed)", isDirectory: true)
        runs.append(
          Run(
            arm: arm.name, seed: seed, record: try RunRecord(in: run),
            curve: try ValidationCurve(in: run)))
        if spectra == nil { spectra = try Self.spectra(in: run, arm: arm.name, seed: seed) }
      }
    }
  }

  /// Reads JSON: one value, or one on each line that has a text in it.
  private static func values<Value: Decodable>(
    _ type: Value.Type, in url: URL, perLine: Bool = true, with text: String = ""
  ) throws -> [Value] {
    let hint = "the command in the record makes it again from the runs that are there"
    let bytes = try Files.read(url, hint: hint)
    let lines = perLine ? bytes.split(separator: UInt8(ascii: "\n")) : [bytes[...]]
    return try lines.enumerated().compactMap { index, line in
      if !text.isEmpty, line.firstRange(of: Array(text.utf8)) == nil { return nil }
      guard let value = try? JSONDecoder().decode(Value.self, from: Data(line)) else {
        throw DataError.badData(
          path: url.relativePath, reason: "line \(index + 1) is not what its record says",
          hint: hint)
      }
      return value
    }
  }

  /// The spectra in the log of the run in `directory`; nil when it has none.
  private static func spectra(in directory: URL, arm: String, seed: UInt64) throws -> Spectra? {
    struct Event: Decodable {
      let step: Int
      let before: [Double]?
      let after: [Double]?

      enum CodingKeys: String, CodingKey {
        case step
        case before = "singular_values"
        case after = "orthogonalized_singular_values"
      }
    }
    let events = try values(
      Event.self, in: directory.appendingPathComponent("log.jsonl"), with: "\"singular_values\"")
    let matrices = events.compactMap { event -> (step: Int, before: [Double], after: [Double])? in
      // Matrices of other optimizers, and zeros, have none.
      guard let before = event.before, let after = event.after, let largest = before.first,
        largest > 0
      else { return nil }
      return (event.step, before.map { $0 / largest }, after)
    }
    let steps = Dictionary(grouping: matrices, by: \.step).sorted { $0.key < $1.key }
    return steps.isEmpty
      ? nil
      : Spectra(
        arm: arm, seed: seed, steps: steps.map { ($0, $1.map(\.before), $1.map(\.after)) })
  }

  /// The recipe that an optimizer's runs with these settings had.
  func recipe(of optimizer: Contestant, with settings: [String]) -> Recipe? {
    let file = try? record.base.applying(try settings.map { try Setting($0) }, for: optimizer)
    return file?.recipes[optimizer]
  }
}

extension [FinishedExperiment] {
  /// The comparisons made for something.
  func comparisons(
    _ purpose: ExperimentRecord.Purpose
  ) -> [(experiment: Element, report: ComparisonReport, runs: [Element.Run])] {
    filter { $0.record.purpose == purpose }.compactMap { experiment in
      experiment.report.map { (experiment, $0, experiment.runs) }
    }
  }

  /// The sweeps made for something.
  func sweeps(
    _ purpose: ExperimentRecord.Purpose
  ) -> [(experiment: Element, result: SweepResult, trials: [TrialLine])] {
    filter { $0.record.purpose == purpose }.compactMap { experiment in
      experiment.result.map { (experiment, $0, experiment.trials) }
    }
  }
}

extension [FinishedExperiment.Run] {
  /// The final losses of an arm's runs; nil when one has none, as it diverged.
  func finalLosses(of arm: String) -> [Double]? {
    let own = filter { $0.arm == arm }
    let losses = own.compactMap(\.record.result.finalValLoss)
    return losses.count == own.count && !losses.isEmpty ? losses : nil
  }
}

extension Sequence where Element: Hashable {
  /// Every element once, where it comes first.
  var unique: [Element] {
    var seen: Set<Element> = []
    return filter { seen.insert($0).inserted }
  }
}
