import Foundation
import Text

/// Where an axis has numbers.
package enum Ticks {
  /// Multiples of 1, 2 or 5 times a power of ten inside `domain`, about `count` of them.
  package static func linear(_ domain: ClosedRange<Double>, count: Int) -> [Double] {
    let step = niceStep((domain.upperBound - domain.lowerBound) / Double(max(1, count)))
    guard step > 0, step.isFinite else { return [domain.lowerBound] }
    let tolerance = step * 1e-9
    let first = ((domain.lowerBound - tolerance) / step).rounded(.up)
    let last = ((domain.upperBound + tolerance) / step).rounded(.down)
    guard first <= last else { return [] }
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

  /// The smallest of 1, 2 and 5 times a power of ten that is not much below `step`.
  private static func niceStep(_ step: Double) -> Double {
    let power = pow(10, log10(step).rounded(.down))
    let factor = [1.0, 2, 5].first { $0 * power >= step * 0.75 } ?? 10
    return factor * power
  }

  /// Without the digits that binary fractions add.
  private static func rounded(_ value: Double) -> Double {
    Double(String(format: "%.10g", value)) ?? value
  }

  /// The numbers of an axis as text, all with the same number of decimals.
  package static func labels(_ ticks: [Double], kind: Axis.Kind) -> [String] {
    if kind == .logarithmic { return ticks.map(label) }
    let decimals = ticks.map { Self.decimals(of: $0) }.max() ?? 0
    return ticks.map { decimals == 0 ? label($0) : Format.fixed($0, decimals) }
  }

  /// The shortest text of a number that people read easily.
  package static func label(_ value: Double) -> String {
    let size = abs(value)
    if value == value.rounded(), size < 1e6 {
      return size < 10_000 ? String(Int(value)) : Format.grouped(Int(value))
    }
    if size >= 0.001, size < 1e6 { return String(format: "%.4g", value) }
    return String(format: "%.3g", value).replacing("e-0", with: "e-").replacing("e+0", with: "e")
  }

  private static func decimals(of value: Double) -> Int {
    (0...6).first { Double(Format.fixed(value, $0)) == value } ?? 6
  }
}
