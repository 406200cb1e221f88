import Autograd
import Foundation

/// Confidence intervals for a mean that all hold together, however often one looks and whenever one stops.
///
/// Of values from a normal distribution of unknown deviation, the interval after n of them is `mean ± t s / sqrt(n)`,
/// where t is so large that the true mean lies in *every* interval, after 2, 3, 4, ... values, with at least the
/// stated confidence. A fixed interval of 95 % that is looked at again after every value misses it far more often.
///
/// The t-test martingale of Wang and Ramdas (2024), "Anytime-valid t-tests and confidence sequences for Gaussian means
/// with unknown variance" (arXiv 2310.03722), after Lai (1976): a mixture over the deviation by the right Haar measure
/// and over the effect, the mean in deviations, by a normal distribution of variance g,
///
///     M(n) = (1 + n g)^(-1/2) ((1 + t^2 / (n - 1)) / (1 + t^2 / ((n - 1) (1 + n g))))^(n / 2)
///
/// starts at 1, and by Ville's inequality exceeds `1 / (1 - confidence)` with a probability of at most
/// `1 - confidence`, over all n. The interval has the means for which it has not.
public struct ConfidenceSequence: Sendable {
  /// With what probability the mean lies in all intervals.
  public let confidence: Double
  /// The variance g of the effects it is sharpest for.
  ///
  /// It holds for every mean, and is narrow soonest for those about `sqrt(g)` deviations from the one in question. Arms
  /// of a comparison differ by five or ten.
  public let effectVariance: Double

  /// Creates intervals of a confidence above 0 and below 1.
  public init(confidence: Double = 0.95, effectVariance: Double = 10) {
    require(confidence > 0 && confidence < 1, "a confidence of \(confidence), above 0 and below 1")
    require(effectVariance > 0, "an effect variance of \(effectVariance), above 0")
    (self.confidence, self.effectVariance) = (confidence, effectVariance)
  }

  /// How many standard errors the interval after so many values goes to either side; infinite of the first few.
  public func quantile(of count: Int) -> Double {
    guard count > 1 else { return .infinity }
    let (n, freedom) = (Double(count), Double(count - 1))
    let spread = 1 + n * effectVariance
    // Where M(n) is 1 / (1 - confidence), solved for t.
    let ratio = pow(spread.squareRoot() / (1 - confidence), 2 / n)
    guard ratio < spread else { return .infinity }
    return (freedom * (ratio - 1) / (1 - ratio / spread)).squareRoot()
  }

  /// The interval after these values; nil while nothing is known.
  public func interval(of sample: Sample) -> ConfidenceInterval? {
    let quantile = quantile(of: sample.count)
    guard quantile.isFinite, let error = sample.standardError else { return nil }
    return ConfidenceInterval(
      lower: sample.mean - quantile * error, upper: sample.mean + quantile * error)
  }
}
