import Autograd

/// Student's t distribution.
package struct StudentsT: Sendable {
  package let degreesOfFreedom: Double

  /// Takes a positive number of degrees of freedom.
  package init(degreesOfFreedom: Double) {
    require(degreesOfFreedom > 0, "Student's t with \(degreesOfFreedom) degrees of freedom")
    self.degreesOfFreedom = degreesOfFreedom
  }

  /// Returns the probability of a value below `t`, exact to many digits however small it is.
  ///
  /// For negative `t` it is `I_x(v/2, 1/2) / 2` with `x = v / (v + t^2)`, `v` degrees of freedom
  /// (Abramowitz and Stegun, 26.5.27 and 26.7.1).
  package func probability(below t: Double) -> Double {
    if t > 0 { return 1 - probability(below: -t) }
    if t == -.infinity { return 0 }
    let (v, square) = (degreesOfFreedom, t * t)
    // Of a square that is infinite too, the ratios are written so that none is infinite.
    let x = 1 / (1 + square / v)
    let complement = 1 / (1 + v / square)
    return IncompleteBeta.regularized(x, complement: complement, a: v / 2, b: 0.5) / 2
  }

  /// Returns the value that a share of the distribution lies below, by bisection.
  package func quantile(_ share: Double) -> Double {
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
