import Autograd

/// Confidence intervals by drawing the same number of seeds again, with replacement, many times.
///
/// Efron and Tibshirani, "An Introduction to the Bootstrap" (1993), chapter 13: the percentile interval,
/// from one ordered value to another, as some may be infinite.
/// Two arms run on the same seeds are drawn together, so that what they share stays paired.
public struct Bootstrap: Sendable {
  /// How often the seeds are drawn.
  public var resamples = 10_000
  /// The share of the resamples that lies in an interval.
  public var confidence = 0.95
  /// Determines every draw, so that equal data have equal intervals.
  public var seed: UInt64 = 0

  /// Creates one with 10 000 resamples, for intervals of 95 %.
  public init() {}

  /// Returns, for every resample, the indices of the seeds drawn from `count` seeds.
  public func draws(from count: Int) -> [[Int]] {
    require(count > 0, "a bootstrap over \(count) seeds")
    var random = SplitMix64(seed: seed)
    return (0..<resamples).map { _ in
      (0..<count).map { _ in Int(random.next() % UInt64(count)) }
    }
  }

  /// Returns the interval of a statistic, given its value in every resample.
  ///
  /// A resample may leave the value open, and then tells the range it must lie in: the lower end of the
  /// interval comes from the lower bounds, the upper end from the upper bounds, so that what is not known
  /// makes the interval wider and never narrower.
  public func interval(of ranges: [ClosedRange<Double>]) -> ConfidenceInterval {
    // Of 10 000 ordered values and 95 %, the 250th from either end.
    let rank = Int((1 - confidence) / 2 * Double(ranges.count + 1))
    require(rank >= 1, "\(ranges.count) resamples are too few for a confidence of \(confidence)")
    return ConfidenceInterval(
      lower: ranges.map(\.lowerBound).sorted()[rank - 1],
      upper: ranges.map(\.upperBound).sorted()[ranges.count - rank])
  }
}
