import Autograd
import Foundation
import Statistics
import Text

/// The final loss as a function of how long the schedule is, known at some lengths.
///
/// Between them the loss falls in proportion to the logarithm of the steps. Where luck made a longer schedule
/// worse than a shorter one, both count as their mean, so that the curve never rises.
package struct LossByLength: Sendable {
  /// How many steps something takes.
  package enum Steps: Equatable, Sendable {
    case about(Double)
    /// Outside of what was measured.
    case fewer(than: Int)
    case more(than: Int)

    /// The number, if it was measured.
    package var value: Double? {
      if case .about(let steps) = self { steps } else { nil }
    }

    /// As a table has it: `203`, `> 400`.
    package var text: String {
      switch self {
      case .about(let steps): Format.fixed(steps, 0)
      case .fewer(let steps): "< \(steps)"
      case .more(let steps): "> \(steps)"
      }
    }
  }

  /// The lengths, ascending, and the losses, never rising.
  private let points: [(steps: Int, loss: Double)]

  /// Takes at least one length; of equal lengths the mean.
  package init(_ measured: [(steps: Int, loss: Double)]) {
    require(!measured.isEmpty, "losses of no lengths")
    let byLength = Dictionary(grouping: measured, by: \.steps).sorted { $0.key < $1.key }
    let rising = byLength.map { -Sample($0.value.map(\.loss)).mean }.isotonic
    points = zip(byLength, rising).map { ($0.key, -$1) }
  }

  /// Returns the least number of steps with which a schedule ends at `loss`.
  ///
  /// - Parameters:
  ///   - loss: The loss at the end.
  ///   - beyond: How far the last piece of the curve may be continued, as a factor on the longest length.
  /// - Returns: The number, or a bound where the loss was not measured.
  package func steps(to loss: Double, beyond: Double = 1) -> Steps {
    guard let reached = points.firstIndex(where: { $0.loss <= loss }) else {
      let last = points[points.count - 1]
      guard beyond > 1, let before = points.dropLast().last, before.loss > last.loss else {
        return .more(than: last.steps)
      }
      let share = (last.loss - loss) / (before.loss - last.loss)
      let factor = pow(Double(last.steps) / Double(before.steps), share)
      return factor <= beyond ? .about(Double(last.steps) * factor) : .more(than: last.steps)
    }
    let after = points[reached]
    if after.loss == loss { return .about(Double(after.steps)) }
    guard reached > 0 else { return .fewer(than: after.steps) }
    let before = points[reached - 1]
    let share = (before.loss - loss) / (before.loss - after.loss)
    let ratio = Double(after.steps) / Double(before.steps)
    return .about(Double(before.steps) * pow(ratio, share))
  }
}
