import Autograd
import Text

/// Values of the same quantity from different seeds.
public struct Sample: Equatable, Sendable {
  /// In the order they were given.
  public let values: [Double]
  /// The sum of the values over their number.
  public let mean: Double
  /// The square root of the sum of squared distances from the mean over `n - 1`; nil of one value.
  public let standardDeviation: Double?

  /// Takes at least one value.
  public init(_ values: [Double]) {
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
  public var count: Int { values.count }

  /// The deviation of the mean, `standardDeviation / sqrt(n)`; nil of one value.
  public var standardError: Double? {
    standardDeviation.map { $0 / Double(count).squareRoot() }
  }

  /// Student's interval for the mean, `mean ± t * standardError`; nil of one value.
  public func interval(confidence: Double = 0.95) -> ConfidenceInterval? {
    standardError.map { error in
      let t = StudentsT(degreesOfFreedom: Double(count - 1)).quantile((1 + confidence) / 2)
      return ConfidenceInterval(lower: mean - t * error, upper: mean + t * error)
    }
  }
}

/// Two numbers that have an unknown one between them, with a stated confidence.
public struct ConfidenceInterval: Codable, Equatable, Sendable {
  /// What the number is at least.
  public let lower: Double
  /// Nil when nothing is known above ``lower``.
  @OrNull public var upper: Double?

  /// Takes both ends; an infinite upper one is none.
  public init(lower: Double, upper: Double) {
    self.lower = lower
    self.upper = upper.ifFinite
  }

  /// Whether `value` is not excluded.
  public func contains(_ value: Double) -> Bool {
    lower <= value && value <= upper ?? .infinity
  }

  /// Whether all that the other interval leaves possible is possible here too.
  public func contains(_ other: ConfidenceInterval) -> Bool {
    contains(other.lower) && contains(other.upper ?? .infinity)
  }
}

extension [Double] {
  /// The middle one, or the mean of the two in the middle; nil without any.
  public var median: Double? {
    guard !isEmpty else { return nil }
    let sorted = sorted()
    return (sorted[(count - 1) / 2] + sorted[count / 2]) / 2
  }

  /// The nearest numbers, by the sum of squared changes, that never fall: where these do, neighbours share their
  /// mean (pool adjacent violators; Ayer and others, 1955).
  public var isotonic: [Double] {
    var groups: [(sum: Double, count: Int)] = []
    func mean(_ index: Int) -> Double { groups[index].sum / Double(groups[index].count) }
    for value in self {
      groups.append((value, 1))
      while groups.count > 1, mean(groups.count - 2) > mean(groups.count - 1) {
        let last = groups.removeLast()
        groups[groups.count - 1].sum += last.sum
        groups[groups.count - 1].count += last.count
      }
    }
    return groups.indices.flatMap { Array(repeating: mean($0), count: groups[$0].count) }
  }
}
