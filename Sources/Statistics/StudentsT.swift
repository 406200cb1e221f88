import Autograd
import Foundation

/// Student's t distribution.
public struct StudentsT: Sendable {
  private let degreesOfFreedom: Double

  /// Takes a positive number of degrees of freedom.
  public init(degreesOfFreedom: Double) {
    require(degreesOfFreedom > 0, "Student's t with \(degreesOfFreedom) degrees of freedom")
    self.degreesOfFreedom = degreesOfFreedom
  }

  /// Returns the probability of a value below `t`, exact to many digits however small it is.
  ///
  /// For negative `t` it is `I_x(v/2, 1/2) / 2` with `x = v / (v + t^2)`, `v` degrees of freedom
  /// (Abramowitz and Stegun, 26.5.27 and 26.7.1).
  public func probability(below t: Double) -> Double {
    if t > 0 { return 1 - probability(below: -t) }
    if t == -.infinity { return 0 }
    let (v, square) = (degreesOfFreedom, t * t)
    // Of a square that is infinite too, the ratios are written so that none is infinite.
    let x = 1 / (1 + square / v)
    let complement = 1 / (1 + v / square)
    return IncompleteBeta.regularized(x, complement: complement, a: v / 2, b: 0.5) / 2
  }

  /// Returns the value that a share of the distribution lies below, by bisection.
  public func quantile(_ share: Double) -> Double {
    require(share > 0 && share < 1, "the quantile of a share of \(share)")
    if share > 0.5 { return -quantile(1 - share) }
    if share == 0.5 { return 0 }
    var low = -1.0
    while probability(below: low) > share { low *= 2 }
    var high = low == -1 ? 0 : low / 2
    while true {
      let middle = (low + high) / 2
      guard low < middle, middle < high else { return middle }
      if probability(below: middle) < share { low = middle } else { high = middle }
    }
  }
}

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
    let isAbove = x > (a + 1) / (a + b + 2)
    let (x, rest, a, b) = isAbove ? (complement, x, b, a) : (x, complement, a, b)
    let logBeta = lgamma(a) + lgamma(b) - lgamma(a + b)
    let mass = exp(a * log(x) + b * log(rest) - logBeta) / a / continuedFraction(x, a, b)
    return isAbove ? 1 - mass : mass
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
    // The number of terms grows with the square root of the larger parameter: enough up to `1e8`.
    for index in 1...100_000 {
      let d = coefficient(index)
      denominator = 1 / awayFromZero(1 + d * denominator)
      numerator = awayFromZero(1 + d / numerator)
      let change = numerator * denominator
      value *= change
      if abs(change - 1) < 1e-15 { return value }
    }
    fail("the incomplete beta function of a \(a), b \(b), x \(x) does not converge")
  }
}
