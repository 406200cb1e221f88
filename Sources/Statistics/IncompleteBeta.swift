import Autograd
import Foundation

/// The regularized incomplete beta function.
package enum IncompleteBeta {
  /// Returns `I_x(a, b)`, the share of the beta distribution's mass below `x`.
  ///
  /// `complement` is `1 - x`, which the caller knows without cancellation. The continued fraction
  /// (NIST Digital Library of Mathematical Functions, 8.17.22) converges fast below the mean of the
  /// distribution; above it, `I_x(a, b) = 1 - I_{1-x}(b, a)` (8.17.4) leads back there.
  package static func regularized(_ x: Double, complement: Double, a: Double, b: Double) -> Double {
    if x <= 0 { return 0 }
    if complement <= 0 { return 1 }
    if x > (a + 1) / (a + b + 2) {
      return 1 - fromContinuedFraction(complement, complement: x, a: b, b: a)
    }
    return fromContinuedFraction(x, complement: complement, a: a, b: b)
  }

  private static func fromContinuedFraction(
    _ x: Double, complement: Double, a: Double, b: Double
  ) -> Double {
    let logBeta = lgamma(a) + lgamma(b) - lgamma(a + b)
    return exp(a * log(x) + b * log(complement) - logBeta) / a / continuedFraction(x, a, b)
  }

  /// Evaluates `1 + d1/(1 + d2/(1 + ...))` from the front, by Lentz's method with Thompson and Barnett's
  /// guard against zeros (Numerical Recipes, 5.2).
  private static func continuedFraction(_ x: Double, _ a: Double, _ b: Double) -> Double {
    func coefficient(_ index: Int) -> Double {
      let m = Double(index / 2)
      return index.isMultiple(of: 2)
        ? m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m))
        : -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1))
    }
    func awayFromZero(_ value: Double) -> Double { abs(value) < 1e-300 ? 1e-300 : value }

    var (value, numerator, denominator) = (1.0, 1.0, 0.0)
    for index in 1...limit {
      let d = coefficient(index)
      denominator = 1 / awayFromZero(1 + d * denominator)
      numerator = awayFromZero(1 + d / numerator)
      let change = numerator * denominator
      value *= change
      if abs(change - 1) < 1e-15 { return value }
    }
    fail("the incomplete beta function of a \(a), b \(b), x \(x) does not converge")
  }

  /// The number of terms grows with the square root of the larger parameter: enough up to `1e8`.
  private static let limit = 100_000
}
