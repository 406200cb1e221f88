import Autograd
import Foundation
import Statistics
import Text

/// The final loss as a function of how long the schedule is, known at some lengths.
///
/// Between them the loss falls in proportion to the logarithm of the steps. Where luck made a longer schedule
/// worse than a shorter one, both count as their mean, so that the curve never rises (pool adjacent
/// violators).
package struct LossByLength: Sendable {
  /// How many steps something takes.
  package enum Steps: Equatable, Sendable {
    case about(Double)
    /// Outside of what was measured.
    case fewer(than: Int)
    case more(than: Int)
  }

  /// The lengths, ascending, and the losses, never rising.
  private let points: [(steps: Int, loss: Double)]

  /// Takes at least one length; of equal lengths the mean.
  package init(_ measured: [(steps: Int, loss: Double)]) {
    require(!measured.isEmpty, "losses of no lengths")
    let byLength = Dictionary(grouping: measured, by: \.steps).sorted { $0.key < $1.key }
    var groups: [(lengths: [Int], sum: Double)] = []
    func mean(_ group: (lengths: [Int], sum: Double)) -> Double {
      group.sum / Double(group.lengths.count)
    }
    for (steps, same) in byLength {
      groups.append(([steps], Sample(same.map(\.loss)).mean))
      while groups.count > 1, mean(groups[groups.count - 2]) < mean(groups[groups.count - 1]) {
        let last = groups.removeLast()
        let joined = groups.removeLast()
        groups.append((joined.lengths + last.lengths, joined.sum + last.sum))
      }
    }
    points = groups.flatMap { group in group.lengths.map { ($0, mean(group)) } }
  }

  /// Returns the least number of steps with which a schedule ends at `loss`.
  package func steps(to loss: Double) -> Steps {
    guard let reached = points.firstIndex(where: { $0.loss <= loss }) else {
      return .more(than: points[points.count - 1].steps)
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

extension LossByLength.Steps {
  /// The number, if it was measured.
  package var value: Double? {
    if case .about(let steps) = self { return steps }
    return nil
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
