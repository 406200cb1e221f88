import Autograd

/// Student's one-sided test that the mean a sample was drawn from is below a number.
package struct TTest: Equatable, Sendable {
  /// `(mean - target) / (standardDeviation / sqrt(n))`.
  package let statistic: Double
  /// The probability of a statistic as low as this or lower if the true mean were the target.
  package let probability: Double

  /// Tests a sample against `target`; nil of one value, which says nothing about its spread.
  ///
  /// Without any spread the statistic is infinite, and the probability 0 or, unless the mean is below the
  /// target, 1.
  package init?(_ sample: Sample, isBelow target: Double) {
    guard let error = sample.standardError else { return nil }
    let distance = sample.mean - target
    guard error > 0 else {
      statistic = distance < 0 ? -.infinity : .infinity
      probability = distance < 0 ? 0 : 1
      return
    }
    statistic = distance / error
    probability = StudentsT(degreesOfFreedom: Double(sample.count - 1)).probability(
      below: statistic)
  }

  /// Returns the number of seeds from which on a sample whose mean lies `effect` standard deviations below
  /// the target has a probability below `significance`; nil when even `limit` are not enough.
  ///
  /// A direct search for the least `n` at which `-effect * sqrt(n)` is that improbable, by Student's t with
  /// `n - 1` degrees of freedom. That many seeds pass if margin and deviation stay what they are, so about every
  /// other time: plan for a few more.
  package static func seedsNeeded(
    effect: Double, significance: Double = 0.01, limit: Int = 1000
  ) -> Int? {
    guard effect > 0 else { return nil }
    return (2...limit).first { count in
      StudentsT(degreesOfFreedom: Double(count - 1))
        .probability(below: -effect * Double(count).squareRoot()) < significance
    }
  }
}
