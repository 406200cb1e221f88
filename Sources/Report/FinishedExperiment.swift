import Experiments
import Foundation
import NanoGPT
import Runs
import Statistics
import Text

/// A recorded experiment with all that tables and figures need of it: nothing else here reads files of a record.
public struct FinishedExperiment: Sendable {
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
  /// Where a page finds that directory.
  let link: String
  let record: ExperimentRecord
  /// What a comparison found; nil of a sweep.
  private(set) var verdict: Verdict?
  private(set) var runs: [ArmRun] = []
  /// Of the first run whose log has them.
  private(set) var spectra: Spectra?
  /// What a sweep found; nil of a comparison.
  private(set) var ranking: Ranking?
  package private(set) var trials: [TrialLine] = []

  /// Reads every record in `directory`, which may be missing, in the order of their names.
  public static func all(in directory: URL) throws -> [FinishedExperiment] {
    try ExperimentRecord.committed(in: directory).map {
      try FinishedExperiment(in: $0, link: "records/\($0.lastPathComponent)")
    }
  }

  /// Reads the records in these directories, for a page in another.
  package static func all(of directories: [URL], pageIn page: URL) throws -> [FinishedExperiment] {
    try directories.map { try FinishedExperiment(in: $0, link: $0.link(from: page)) }
  }

  private init(in directory: URL, link: String) throws {
    name = directory.lastPathComponent
    self.link = link
    record = try ExperimentRecord(in: directory)
    let result = directory.appendingPathComponent(ExperimentRecord.resultName)
    if record.kind == .sweep {
      ranking = try Self.values(Ranking.self, in: result, perLine: false).first
      trials = try Self.values(
        TrialLine.self, in: directory.appendingPathComponent("trials.jsonl"), perLine: true)
      return
    }
    verdict = try Self.values(Verdict.self, in: result, perLine: false).first
    var experiment = try Experiment(try Request(of: record), in: directory)
    try experiment.noteFinished()
    guard experiment.isComplete else {
      throw DataError.missingInput(
        path: directory.relativePath, reason: "not all of its runs are there",
        hint: "the command in the record runs what is missing")
    }
    runs = experiment.finished.map(experiment.placed)
    spectra = runs.lazy.compactMap { Spectra(of: $0) }.first
  }

  /// Reads a value, or one on each line.
  private static func values<Value: Decodable>(
    _ type: Value.Type, in url: URL, perLine: Bool
  ) throws -> [Value] {
    let hint = "the command in the record makes it again from the runs that are there"
    let bytes = try Files.read(url, hint: hint)
    let lines = perLine ? bytes.split(separator: UInt8(ascii: "\n")) : [bytes[...]]
    return try lines.map { line in
      do {
        return try JSON.decoded(Value.self, from: Array(line))
      } catch {
        throw DataError.badData(
          path: url.relativePath, reason: "not what its record says: \(error)", hint: hint)
      }
    }
  }

  /// The recipe that an optimizer's runs with these settings had.
  func recipe(of optimizer: String, with settings: [String]) -> Recipe? {
    let file = try? record.base.applying(try settings.map { try Setting($0) }, for: optimizer)
    return file?.recipes[optimizer]
  }
}

extension URL {
  /// The way from a directory to this one, as a link.
  fileprivate func link(from directory: URL) -> String {
    let own = resolvingSymlinksInPath().standardizedFileURL.pathComponents
    let other = directory.resolvingSymlinksInPath().standardizedFileURL.pathComponents
    let shared = zip(own, other).prefix { $0 == $1 }.count
    let path = (other.dropFirst(shared).map { _ in ".." } + own.dropFirst(shared))
      .joined(separator: "/")
    return path.addingPercentEncoding(withAllowedCharacters: .urlPathAllowed) ?? path
  }
}

extension FinishedExperiment.Spectra {
  /// Takes what diagnostics of a run saw; nil when it has no spectra.
  fileprivate init?(of run: ArmRun) {
    // In the digits in which they are written.
    func numbers(_ values: [Float]) -> [Double] { values.map { Double("\($0)") ?? 0 } }
    let matrices = run.log.diagnostics.compactMap { event in
      // Matrices of other optimizers, and zeros, have none.
      guard let before = event.singularValues.map(numbers), let largest = before.first,
        let after = event.orthogonalizedSingularValues.map(numbers), largest > 0
      else { return nil as (step: Int, before: [Double], after: [Double])? }
      return (event.step, before.map { $0 / largest }, after)
    }
    guard !matrices.isEmpty else { return nil }
    (arm, seed) = (run.arm, run.seed)
    steps = Dictionary(grouping: matrices, by: \.step).sorted { $0.key < $1.key }
      .map { ($0, $1.map(\.before), $1.map(\.after)) }
  }
}

extension [FinishedExperiment] {
  /// The comparisons made for something.
  func comparisons(
    _ purpose: Purpose
  ) -> [(experiment: Element, verdict: Verdict, runs: [ArmRun])] {
    filter { $0.record.purpose == purpose }.compactMap { experiment in
      experiment.verdict.map { (experiment, $0, experiment.runs) }
    }
  }

  /// The sweeps made for something.
  func sweeps(
    _ purpose: Purpose
  ) -> [(experiment: Element, ranking: Ranking, trials: [TrialLine])] {
    filter { $0.record.purpose == purpose }.compactMap { experiment in
      experiment.ranking.map { (experiment, $0, experiment.trials) }
    }
  }
}

extension [ArmRun] {
  /// The final losses of an arm's runs; nil when one has none, as it diverged.
  func finalLosses(of arm: String) -> [Double]? {
    let own = filter { $0.arm == arm }
    let losses = own.compactMap(\.record.result.finalValLoss)
    return losses.count == own.count && !losses.isEmpty ? losses : nil
  }

  /// How much higher an arm ends than another, seed by seed; nil when a run of either diverged, and of an arm and itself.
  func difference(of arm: String, to reference: String) -> PairedDifference? {
    guard arm != reference, let own = finalLosses(of: arm),
      let others = finalLosses(of: reference)
    else { return nil }
    return PairedDifference(of: own, to: others)
  }
}

extension Sequence where Element: Hashable {
  /// Every element once, where it comes first.
  var unique: [Element] {
    var seen: Set<Element> = []
    return filter { seen.insert($0).inserted }
  }
}
