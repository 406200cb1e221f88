import Foundation
import NanoGPT

/// A recorded experiment with all that tables and figures need of it: nothing else here reads files of a record.
package struct FinishedExperiment: Sendable {
  /// A run of a comparison.
  package struct Run: Sendable {
    let arm: String
    let seed: UInt64
    let record: RunRecord
    let curve: ValidationCurve
  }

  /// What was found.
  package enum Finding: Sendable {
    case comparison(ComparisonReport, [Run])
    case sweep(SweepResult, [TrialLine])
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
  package let finding: Finding
  /// Of the first run whose log has them.
  let spectra: Spectra?
}

extension FinishedExperiment {
  /// Reads the record in `directory`, its result, and the logs it was made from.
  init(in directory: URL) throws {
    name = directory.lastPathComponent
    record = try ExperimentRecord(in: directory)
    let result = directory.appendingPathComponent(ExperimentRecord.resultName)
    switch record.kind {
    case .comparison:
      let report: ComparisonReport = try Self.decoded(try Self.read(result), of: result)
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
      let trials = directory.appendingPathComponent("trials.jsonl")
      finding = .sweep(
        try Self.decoded(try Self.read(result), of: result),
        try Self.lines(of: trials).map { try Self.decoded($0, of: trials) })
      spectra = nil
    }
  }

  /// Reads every record in `directory`, which may be missing, in the order of their names.
  package static func all(in directory: URL) throws -> [FinishedExperiment] {
    try ExperimentRecord.committed(in: directory).map { try FinishedExperiment(in: $0) }
  }

  private static let hint = "the command in the record makes it again from the runs that are there"

  private static func read(_ url: URL) throws -> [UInt8] { try Files.read(url, hint: hint) }

  fileprivate static func lines(of url: URL) throws -> [ArraySlice<UInt8>] {
    try read(url).split(separator: UInt8(ascii: "\n"))
  }

  fileprivate static func decoded<Value: Decodable>(
    _ bytes: some Sequence<UInt8>, of url: URL
  ) throws -> Value {
    do {
      return try JSONDecoder().decode(Value.self, from: Data(bytes))
    } catch {
      throw DataError.badData(
        path: url.relativePath, reason: "not what its record says: \(error)", hint: hint)
    }
  }
}

extension FinishedExperiment {
  /// The recipe that an optimizer's runs with these settings had.
  func recipe(of optimizer: Contestant, with settings: [String]) -> Recipe? {
    let file = try? record.base.applying(try settings.map { try Setting($0) }, for: optimizer)
    return file?.recipes[optimizer]
  }
}

extension FinishedExperiment.Spectra {
  /// Reads the log of the run in `directory`; nil when it has no spectra.
  fileprivate init?(in directory: URL, arm: String, seed: UInt64) throws {
    struct Event: Decodable {
      let step: Int
      let singular_values: [Double]?
      let orthogonalized_singular_values: [Double]?
    }
    let url = directory.appendingPathComponent("log.jsonl")
    let marker = Array("\"singular_values\"".utf8)
    let events: [Event] = try FinishedExperiment.lines(of: url)
      .filter { $0.firstRange(of: marker) != nil }
      .map { try FinishedExperiment.decoded($0, of: url) }
    let matrices = events.compactMap { event -> (step: Int, before: [Double], after: [Double])? in
      // Matrices of other optimizers, and zeros, have none.
      guard let before = event.singular_values, let after = event.orthogonalized_singular_values,
        let largest = before.first, largest > 0
      else { return nil }
      return (event.step, before.map { $0 / largest }, after)
    }
    guard !matrices.isEmpty else { return nil }
    (self.arm, self.seed) = (arm, seed)
    steps = Dictionary(grouping: matrices, by: \.step).sorted { $0.key < $1.key }
      .map { ($0, $1.map(\.before), $1.map(\.after)) }
  }
}

extension [FinishedExperiment] {
  /// The comparisons made for something.
  func comparisons(
    _ purpose: ExperimentRecord.Purpose
  ) -> [(experiment: Element, report: ComparisonReport, runs: [Element.Run])] {
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
  ) -> [(experiment: Element, result: SweepResult, trials: [TrialLine])] {
    compactMap { experiment in
      guard experiment.record.purpose == purpose,
        case .sweep(let result, let trials) = experiment.finding
      else { return nil }
      return (experiment, result, trials)
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

extension ComparisonReport.Arm {
  /// The name of its rule.
  var rule: String { optimizer.rawValue }
}

extension SweepResult.Arm {
  /// The name of its rule.
  var rule: String { optimizer.rawValue }
}

extension Sequence where Element: Hashable {
  /// Every element once, where it comes first.
  var unique: [Element] {
    var seen: Set<Element> = []
    return filter { seen.insert($0).inserted }
  }
}
