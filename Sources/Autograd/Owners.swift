import MessagePassing

/// Which rank updates which elements of a model's parameters.
///
/// An optimizer decides it. A rank gets the gradients of its own elements only, and is the only one that remembers
/// their momentum.
public struct Owners: Sendable {
  /// This process owns everything.
  public static let alone = Owners(.alone, [[]])

  /// The ranks.
  public let ranks: Ranks
  /// The elements of each rank; empty for a process alone, which has all.
  package let pieces: [[Piece]]

  /// Some elements of one parameter.
  package struct Piece: Sendable {
    package let parameter: Parameter
    package let elements: Range<Int>

    package init(_ parameter: Parameter, _ elements: Range<Int>) {
      (self.parameter, self.elements) = (parameter, elements)
    }

    /// Where their gradients are in a flat buffer over all parameters.
    var place: Range<Int> {
      parameter.offset + elements.lowerBound..<parameter.offset + elements.upperBound
    }
  }

  /// Puts the pieces of each rank together.
  package init(_ ranks: Ranks, _ pieces: [[Piece]]) {
    require(
      pieces.count == ranks.count, "Owners: pieces of \(pieces.count) ranks for \(ranks.count)")
    (self.ranks, self.pieces) = (ranks, pieces)
  }

  /// The number of elements of each rank.
  package var sizes: [Int] { pieces.map { $0.reduce(0) { $0 + $1.elements.count } } }
}
