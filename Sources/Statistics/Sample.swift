import Autograd
import Foundation

/// Values of the same quantity from different seeds.
package struct Sample: Equatable, Sendable {
  package let values: [Double]
  package let mean: Double
  /// The square root of the sum of squared distances from the mean over `n - 1`; nil of one value.
  package let standardDeviation: Double?

  /// Takes at least one value.
  package init(_ values: [Double]) {
    require(!values.isEmpty, "a sample of no values")
    let count = Double(values.count)
    let mean = values.reduce(0, +) / count
    self.values = values
    self.mean = mean
    standardDeviation =
      values.count == 1
      ? nil : (values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / (count - 1)).squareRoot()
  }

  /// The number of values.
  package var count: Int { values.count }

  /// The deviation of the mean, `standardDeviation / sqrt(n)`; nil of one value.
  package var standardError: Double? {
    standardDeviation.map { $0 / Double(count).squareRoot() }
  }

  /// Student's interval for the mean, `mean ± t * standardError`; nil of one value.
  package func interval(confidence: Double = 0.95) -> ConfidenceInterval? {
    standardError.map { error in
      let t = StudentsT(degreesOfFreedom: Double(count - 1)).quantile((1 + confidence) / 2)
      return ConfidenceInterval(lower: mean - t * error, upper: mean + t * error)
    }
  }
}
