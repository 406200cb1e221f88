import Foundation
import Text

/// A direction of a plot: what it shows, from where to where, and in which proportion.
public struct Axis: Sendable {
  /// How numbers become distances.
  public enum Kind: Sendable {
    /// Equal differences are equal distances.
    case linear
    /// Equal ratios are equal distances.
    case logarithmic
  }

  let label: String
  let kind: Kind
  private let domain: ClosedRange<Double>?
  private let ticks: [Double]?

  /// Takes what is shown; without a domain, that of the data with a little room, and without ticks round
  /// numbers.
  public init(
    _ label: String, _ kind: Kind = .linear, domain: ClosedRange<Double>? = nil,
    ticks: [Double]? = nil
  ) {
    (self.label, self.kind, self.domain, self.ticks) = (label, kind, domain, ticks)
  }

  /// The axis laid out for data between two places.
  package func scale(for values: [Double], from start: Double, to end: Double) -> Scale {
    Scale(kind: kind, domain: domain ?? domain(of: values), start: start, end: end)
  }

  private func domain(of values: [Double]) -> ClosedRange<Double> {
    let usable = values.filter { $0.isFinite && (kind == .linear || $0 > 0) }
    guard let low = usable.min(), let high = usable.max() else {
      return kind == .linear ? 0...1 : 1...10
    }
    if kind == .linear {
      let room = low == high ? max(abs(low) * 0.05, 1e-9) : (high - low) * 0.06
      return (low - room)...(high + room)
    }
    let factor = low == high ? 1.5 : pow(high / low, 0.06)
    return (low / factor)...(high * factor)
  }

  /// Where numbers stand, about `count` of them, and how they are written.
  func labels(on scale: Scale, count: Int) -> [(place: Double, label: String)] {
    let round = kind == .linear ? Ticks.linear : Ticks.logarithmic
    let values = ticks?.filter { scale.domain.contains($0) } ?? round(scale.domain, count)
    return zip(values, Ticks.labels(values, kind: kind)).map { (scale($0), $1) }
  }
}

/// An axis laid out: from numbers to places in a drawing.
package struct Scale: Sendable {
  let kind: Axis.Kind
  let domain: ClosedRange<Double>
  /// The places of the domain's ends.
  let start: Double
  let end: Double

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

/// Where an axis has numbers.
package enum Ticks {
  /// Multiples of 1, 2 or 5 times a power of ten inside `domain`, about `count` of them.
  package static func linear(_ domain: ClosedRange<Double>, count: Int) -> [Double] {
    let wanted = (domain.upperBound - domain.lowerBound) / Double(max(1, count))
    let power = pow(10, log10(wanted).rounded(.down))
    let step = ([1.0, 2, 5].first { $0 * power >= wanted * 0.75 } ?? 10) * power
    guard step > 0, step.isFinite else { return [domain.lowerBound] }
    let tolerance = step * 1e-9
    let first = ((domain.lowerBound - tolerance) / step).rounded(.up)
    let last = ((domain.upperBound + tolerance) / step).rounded(.down)
    // Adding 0 makes a 0 of -0.
    return stride(from: first, through: last, by: 1).map { rounded($0 * step) + 0 }
  }

  /// Powers of ten inside `domain`, or of their multiples as many as are about `count`.
  package static func logarithmic(_ domain: ClosedRange<Double>, count: Int) -> [Double] {
    let low = Int(log10(domain.lowerBound).rounded(.down))
    let high = Int(log10(domain.upperBound).rounded(.up))
    func multiples(_ factors: [Double], every: Int = 1) -> [Double] {
      (low...high).filter { $0.isMultiple(of: every) }.flatMap { exponent in
        factors.map { rounded($0 * pow(10, Double(exponent))) }
      }.filter { domain.contains($0) }
    }
    let choices = [
      multiples([1, 1.5, 2, 3, 4, 5, 7]), multiples([1, 2, 3, 5, 7]), multiples([1, 2, 5]),
      multiples([1, 3]), multiples([1]), multiples([1], every: 2), multiples([1], every: 3),
    ]
    let fitting = choices.first { $0.count <= count } ?? choices[choices.count - 1]
    return fitting.count >= 2 ? fitting : linear(domain, count: count)
  }

  /// Without the digits that binary fractions add.
  private static func rounded(_ value: Double) -> Double {
    Double(Format.significant(value, 10)) ?? value
  }

  /// The numbers of an axis as text, on a linear one all with the same number of decimals.
  package static func labels(_ ticks: [Double], kind: Axis.Kind) -> [String] {
    let decimals =
      ticks.map { tick in
        (0...6).first { Double(Format.fixed(tick, $0)) == tick } ?? 6
      }.max() ?? 0
    return ticks.map {
      decimals == 0 || kind == .logarithmic ? label($0) : Format.fixed($0, decimals)
    }
  }

  /// The shortest text of a number that people read easily.
  package static func label(_ value: Double) -> String {
    let size = abs(value)
    if value == value.rounded(), size < 1e6 {
      return size < 10_000 ? String(Int(value)) : Format.grouped(Int(value))
    }
    if size >= 0.001, size < 1e6 { return Format.significant(value, 4) }
    return Format.significant(value, 3).replacing("e-0", with: "e-").replacing("e+0", with: "e")
  }
}
