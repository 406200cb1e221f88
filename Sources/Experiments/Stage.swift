import Foundation
import Runs
import Statistics

/// A part of the search of a sweep's arm: it begins when all trials of the one before have ended.
package struct Stage: Hashable, Sendable {
  package let name: String
  package let kind: Kind

  package enum Kind: Hashable, Sendable {
    /// All combinations around the best so far; sorted by key.
    case grid([Axis])
    /// So many points, spread evenly over ranges; sorted by key.
    case spread(Int, [Range])
    /// So many of the best points so far, once more with further seeds; the best of their means has won.
    case finals(Int, seeds: [UInt64])
  }

  /// A key, and what is tried for it.
  package struct Axis: Hashable, Sendable {
    package let key: String
    package let choices: [Choice]
  }

  /// A value as `--set` takes it, or a factor on the value of the best so far.
  package enum Choice: Hashable, Sendable {
    case value(String)
    case factor(Double)
    /// A number out of a range; of a list, one for every element.
    case drawn([Double])
  }

  /// A key, and between what its value may lie: of a list, bounds for every element.
  package struct Range: Hashable, Sendable {
    package let key: String
    package let bounds: [Bounds]
    /// Whether they are factors on the value of the best so far.
    package let isRelative: Bool
  }

  /// The ends of a range; between those above 0 values are spread by their logarithm, else evenly.
  package struct Bounds: Hashable, Sendable {
    package let (lower, upper): (Double, Double)

    /// The value at a share of the way from end to end.
    package func value(at share: Double) -> Double {
      lower > 0
        ? lower * pow(upper / lower, share) : lower + share * (upper - lower)
    }
  }

  /// One key's part of a point.
  package struct Move: Hashable, Sendable {
    package let key: String
    package let choice: Choice

    /// Whether it is a factor so close to 1 that the best so far would be run again.
    fileprivate var changesLittle: Bool {
      if case .factor(let factor) = choice { abs(factor - 1) < 0.01 } else { false }
    }

    /// As a person reads it: `steps=200`, `muon.learning_rate=best x 0.7`.
    package var text: String {
      switch choice {
      case .value(let value): "\(key)=\(value)"
      case .factor(let factor): "\(key)=best x \(Setting.short(factor))"
      case .drawn(let numbers):
        numbers.count == 1
          ? "\(key)=\(Setting.short(numbers[0]))"
          : "\(key)=[\(numbers.map { Setting.short($0) }.joined(separator: ", "))]"
      }
    }
  }

  /// The points of a grid, the last key changing fastest, or those of a spread in their order; finals have none of
  /// their own.
  ///
  /// Where every choice is a factor of 1, or in a spread closer to it than a hundredth, the point is the best so far
  /// itself, and left out: unless nothing was run before, so that nobody knows how good it is.
  package func points(isFirst: Bool) -> [[Move]] {
    switch kind {
    case .grid(let axes):
      let all = axes.reduce([[]]) { points, axis in
        points.flatMap { point in axis.choices.map { point + [Move(key: axis.key, choice: $0)] } }
      }
      return all.filter { point in isFirst || point.contains { $0.choice != .factor(1) } }
    case .spread(let count, let ranges):
      let dimensions = ranges.reduce(0) { $0 + $1.bounds.count }
      let points = Sobol(dimensions: dimensions).lazy.map { point in
        var shares = point[...]
        return ranges.map { range in
          let values = range.bounds.map { $0.value(at: shares.removeFirst()) }
          return Move(
            key: range.key, choice: range.isRelative ? .factor(values[0]) : .drawn(values))
        }
      }
      return Array(points.filter { isFirst || !$0.allSatisfy(\.changesLittle) }.prefix(count))
    case .finals: return []
    }
  }

  /// The trials of finals: which of the best, with which further seed.
  package var finals: [(rank: Int, seed: UInt64)] {
    guard case .finals(let best, let seeds) = kind else { return [] }
    return (1...best).flatMap { rank in seeds.map { (rank, $0) } }
  }

  /// The keys it changes.
  package var keys: [String] {
    switch kind {
    case .grid(let axes): axes.map(\.key)
    case .spread(_, let ranges): ranges.map(\.key)
    case .finals: []
    }
  }

  /// The trials it adds, when every point is run with so many seeds.
  package func trialCount(seeds: Int, isFirst: Bool) -> Int {
    if case .finals(let best, let further) = kind { return best * further.count }
    return points(isFirst: isFirst).count * seeds
  }
}
