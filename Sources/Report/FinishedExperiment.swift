import Experiments
import Foundation
import NanoGPT
import Runs
import Text

/// A recorded experiment with all that tables and figures need of it: nothing else here reads files of a record.
package struct FinishedExperiment: Sendable {
  /// A run of a comparison.
  package struct Run: Sendable {
    let arm: String
    let seed: UInt64
    let record: RunRecord
    let validations: [RunLog.Validation]
  }

  /// What was found.
  package enum Finding: Sendable {
    case comparison(Verdict, [Run])
    case sweep(Ranking, [TrialLine])
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
      var experiment = try Experiment(try Request(of: record), in: directory)
      try experiment.noteFinished()
      let runs = experiment.finished.map { run in
        Run(
          arm: experiment.arm(of: run.trial), seed: run.trial.seed, record: run.record,
          validations: run.log.validations)
      }
      finding = .comparison(try Self.decoded(try Self.read(result), of: result), runs)
      spectra =
        experiment.finished.lazy.compactMap { run in
          Spectra(of: run.log, arm: experiment.arm(of: run.trial), seed: run.trial.seed)
        }.first
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
      return try JSON.decoded(Value.self, from: Array(bytes))
    } catch {
      throw DataError.badData(
        path: url.relativePath, reason: "not what its record says: \(error)", hint: hint)
    }
  }
}

extension FinishedExperiment {
  /// The recipe that an optimizer's runs with these settings had.
  func recipe(of optimizer: String, with settings: [String]) -> Recipe? {
    let file = try? record.base.applying(try settings.map { try Setting($0) }, for: optimizer)
    return file?.recipes[optimizer]
  }
}

extension FinishedExperiment.Spectra {
  /// Takes what diagnostics of a run saw; nil when it has no spectra.
  fileprivate init?(of log: RunLog, arm: String, seed: UInt64) {
    // Matrices of other optimizers, and zeros, have none.
    let events = log.diagnostics.filter {
      $0.orthogonalizedSingularValues != nil && ($0.singularValues?.first ?? 0) > 0
    }
    guard !events.isEmpty else { return nil }
    // In the digits in which they are written.
    func numbers(_ values: [Float]?) -> [Double] { (values ?? []).map { Double("\($0)") ?? 0 } }
    (self.arm, self.seed) = (arm, seed)
    steps = Dictionary(grouping: events, by: \.step).sorted { $0.key < $1.key }.map {
      step, events in
      (
        step,
        events.map { event in
          let values = numbers(event.singularValues)
          return values.map { $0 / values[0] }
        }, events.map { numbers($0.orthogonalizedSingularValues) }
      )
    }
  }
}

extension [FinishedExperiment] {
  /// The comparisons made for something.
  func comparisons(
    _ purpose: Purpose
  ) -> [(experiment: Element, report: Verdict, runs: [Element.Run])] {
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
  ) -> [(experiment: Element, result: Ranking, trials: [TrialLine])] {
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

extension Sequence where Element: Hashable {
  /// Every element once, where it comes first.
  var unique: [Element] {
    var seen: Set<Element> = []
    return filter { seen.insert($0).inserted }
  }
}
