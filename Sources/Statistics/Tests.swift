import Autograd

/// Student's one-sided test that the mean a sample was drawn from is below a number.
public struct TTest: Equatable, Sendable {
  /// `(mean - target) / (standardDeviation / sqrt(n))`.
  public let statistic: Double
  /// The probability of a statistic as low as this or lower if the true mean were the target.
  public let probability: Double

  /// Tests a sample against `target`; nil of one value, which says nothing about its spread.
  ///
  /// Without any spread the statistic is infinite, and the probability 0 or, unless the mean is below the
  /// target, 1.
  public init?(_ sample: Sample, isBelow target: Double) {
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
  public static func seedsNeeded(
    effect: Double, significance: Double = 0.01, limit: Int = 1000
  ) -> Int? {
    guard effect > 0 else { return nil }
    return (2...limit).first { count in
      StudentsT(degreesOfFreedom: Double(count - 1))
        .probability(below: -effect * Double(count).squareRoot()) < significance
    }
  }
}

/// The mean difference of two arms that ran on the same seeds, with Student's paired test.
public struct PairedDifference: Equatable, Sendable {
  /// Of the values to those of the reference.
  public let mean: Double
  /// Of 95 %; nil of one seed.
  public let interval: ConfidenceInterval?
  /// The probability of a difference this large, in either direction, if there were none; nil of one
  /// seed.
  public let probability: Double?

  /// Takes the values of both arms in the order of their seeds.
  public init(of values: [Double], to reference: [Double]) {
    require(
      values.count == reference.count,
      "\(values.count) and \(reference.count) values are no pairs")
    let differences = Sample(zip(values, reference).map { $0 - $1 })
    mean = differences.mean
    interval = differences.interval()
    let distribution = StudentsT(degreesOfFreedom: Double(max(1, differences.count - 1)))
    probability = TTest(differences, isBelow: 0).map { test in
      differences.mean == 0 ? 1 : 2 * distribution.probability(below: -abs(test.statistic))
    }
  }
}
