import Foundation
import NanoGPT
import Runs

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
  /// Takes what diagnostics of a run saw; nil when it has no spectra.
  init?(of log: RunLog, arm: String, seed: UInt64) {
    // Matrices of other optimizers, and zeros, have none.
    let events = log.diagnostics.filter {
      $0.orthogonalizedSingularValues != nil && ($0.singularValues?.first ?? 0) > 0
    }
    guard !events.isEmpty else { return nil }
    func numbers(_ values: [Float]?) -> [Double] { (values ?? []).map { Double("\($0)") ?? 0 } }
    let steps = Dictionary(grouping: events, by: \.step).sorted { $0.key < $1.key }
    self.init(
      arm: arm, seed: seed,
      steps: steps.map { step, events in
        Step(
          step: step,
          before: events.map { event in
            let values = numbers(event.singularValues)
            return values.map { $0 / values[0] }
          },
          after: events.map { numbers($0.orthogonalizedSingularValues) })
      })
  }
}
