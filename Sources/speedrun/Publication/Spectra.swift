import Foundation
import NanoGPT

/// The singular values of Muon's updates in one run, before and after their orthogonalization.
package struct Spectra: Sendable {
  /// The matrices of one step; of each a list in descending order, its quantiles.
  package struct Step: Sendable {
    package let step: Int
    /// Divided by the largest.
    package let before: [[Double]]
    package let after: [[Double]]

    package init(step: Int, before: [[Double]], after: [[Double]]) {
      (self.step, self.before, self.after) = (step, before, after)
    }
  }

  package let arm: String
  package let seed: UInt64
  /// Ascending.
  package let steps: [Step]

  package init(arm: String, seed: UInt64, steps: [Step]) {
    (self.arm, self.seed, self.steps) = (arm, seed, steps)
  }

  /// An early, a middle and a late step.
  var shown: [Step] {
    let indices = Set([0, steps.count / 2, steps.count - 1]).sorted()
    return indices.filter(steps.indices.contains).map { steps[$0] }
  }
}

extension Spectra {
  /// Reads the `log.jsonl` of the run in `directory`; nil when it has no spectra.
  init?(in directory: URL, arm: String, seed: UInt64) throws(DataError) {
    let url = directory.appendingPathComponent("log.jsonl")
    let bytes = try Files.read(url, hint: "the log of a run lies beside its run.json")
    let marker = Array("\"singular_values\"".utf8)
    var steps: [Int: [(before: [Double], after: [Double])]] = [:]
    for line in bytes.split(separator: UInt8(ascii: "\n")) where line.firstRange(of: marker) != nil
    {
      guard let event = try? JSONDecoder().decode(Event.self, from: Data(line)) else {
        throw .badData(
          path: url.path, reason: "has a diagnostics event without its lists of numbers",
          hint: "remove the run's directory, and run it again")
      }
      // Matrices of other optimizers, and zeros, have none.
      guard let before = event.before, let after = event.after, let largest = before.first,
        largest > 0
      else { continue }
      steps[event.step, default: []].append((before.map { $0 / largest }, after))
    }
    guard !steps.isEmpty else { return nil }
    self.init(
      arm: arm, seed: seed,
      steps: steps.sorted { $0.key < $1.key }.map { step, matrices in
        Step(step: step, before: matrices.map(\.before), after: matrices.map(\.after))
      })
  }

  private struct Event: Decodable {
    let step: Int
    let before: [Double]?
    let after: [Double]?

    enum CodingKeys: String, CodingKey {
      case step
      case before = "singular_values"
      case after = "orthogonalized_singular_values"
    }
  }
}
