import Foundation

/// A direction of a plot: what it shows, from where to where, and in which proportion.
package struct Axis: Sendable {
  /// How numbers become distances.
  package enum Kind: Sendable {
    case linear
    case logarithmic
  }

  package var label: String
  package var kind: Kind
  /// Nil shows all of the data, with a little room.
  package var domain: ClosedRange<Double>?
  /// Where numbers stand; nil for round ones.
  package var ticks: [Double]?

  package init(
    _ label: String, _ kind: Kind = .linear, domain: ClosedRange<Double>? = nil,
    ticks: [Double]? = nil
  ) {
    (self.label, self.kind, self.domain, self.ticks) = (label, kind, domain, ticks)
  }

  /// The domain, chosen from data if there is none.
  func domain(of values: [Double]) -> ClosedRange<Double> {
    if let domain { return domain }
    let usable = values.filter { $0.isFinite && (kind == .linear || $0 > 0) }
    guard let low = usable.min(), let high = usable.max() else {
      return kind == .linear ? 0...1 : 1...10
    }
    switch kind {
    case .linear:
      let room = low == high ? max(abs(low) * 0.05, 1e-9) : (high - low) * 0.06
      return (low - room)...(high + room)
    case .logarithmic:
      let factor = low == high ? 1.5 : pow(high / low, 0.06)
      return (low / factor)...(high * factor)
    }
  }
}

/// An axis laid out: from numbers to places in a drawing.
package struct Scale: Sendable {
  let kind: Axis.Kind
  let domain: ClosedRange<Double>
  /// The places of the domain's ends.
  let start: Double
  let end: Double

  package init(_ kind: Axis.Kind, _ domain: ClosedRange<Double>, from start: Double, to end: Double)
  {
    (self.kind, self.domain, self.start, self.end) = (kind, domain, start, end)
  }

  /// The place of a number; of one that a logarithm cannot show, far outside.
  package func callAsFunction(_ value: Double) -> Double {
    let share =
      switch kind {
      case .linear:
        (value - domain.lowerBound) / (domain.upperBound - domain.lowerBound)
      case .logarithmic:
        value > 0
          ? log(value / domain.lowerBound) / log(domain.upperBound / domain.lowerBound) : -10
      }
    // Far outside is far enough: infinity is no coordinate.
    return start + min(max(share.isNaN ? -10 : share, -10), 10) * (end - start)
  }
}
