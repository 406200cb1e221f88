import CKernels
import Foundation

/// The angles by which ``Tensor/rotated(by:)`` turns each pair of features at each position.
///
/// Su et al., "RoFormer" (2021), arXiv:2104.09864, half-truncated as in modded-nanogpt: of the
/// `headSize / 2` pairs, the first half turn at frequencies `base^-linspace(0, 1)`, the rest stay as
/// they are and can carry what does not depend on position.
public struct RotaryTable: Sendable {
  /// The size of a head, a multiple of 4.
  public let headSize: Int
  /// The number of positions, from 0.
  public let positions: Int
  let frequencies: Int
  let cosines: Storage
  let sines: Storage

  /// Tabulates the angles of `positions` positions.
  public init(positions: Int, headSize: Int, base: Double = 1024) {
    require(
      headSize > 0 && headSize.isMultiple(of: 4),
      "RotaryTable: head size \(headSize) is no multiple of 4")
    self.headSize = headSize
    self.positions = positions
    frequencies = headSize / 4
    cosines = Storage(uninitialized: positions * frequencies)
    sines = Storage(uninitialized: positions * frequencies)
    for pair in 0..<frequencies {
      let progress = frequencies == 1 ? 0 : Double(pair) / Double(frequencies - 1)
      let frequency = pow(base, -progress)
      for position in 0..<positions {
        let angle = Double(position) * frequency
        cosines.pointer[position * frequencies + pair] = Float(cos(angle))
        sines.pointer[position * frequencies + pair] = Float(sin(angle))
      }
    }
  }

  /// The positions and heads of a tensor `[positions, heads * headSize]`, which must fit this table.
  func extents(of x: Tensor, for operation: String) -> (positions: Int, heads: Int) {
    require(
      x.shape.rank == 2 && x.shape[1].isMultiple(of: headSize) && x.shape[0] <= positions,
      "\(operation): \(x.shape) for \(positions) positions of heads of \(headSize)")
    return (x.shape[0], x.shape[1] / headSize)
  }
}

extension Tensor {
  /// Turns pairs of features of every head by an angle that grows with the position.
  ///
  ///     x  [positions, heads * headSize]
  ///     y  the same;  per head (a, b) of two halves: (a cos + b sin, b cos - a sin)
  ///
  /// Pullback: the turn the other way, `dx += (da cos - db sin, db cos + da sin)`.
  ///
  /// - Parameter table: Angles for at least as many positions as this tensor has rows.
  /// - Returns: A tensor of the same shape.
  public func rotated(by table: RotaryTable) -> Tensor {
    let (positions, heads) = table.extents(of: self, for: "rotated")
    let y = Tensor(uninitialized: shape)
    kernel_rotate(
      pointer, table.cosines.pointer, table.sines.pointer, y.pointer,
      positions, heads, table.headSize, table.frequencies, false)
    return y.recorded("rotated", part: .elementWise, from: self) { dy, backpropagation in
      let dx = Storage(uninitialized: shape.count)
      kernel_rotate(
        dy.pointer, table.cosines.pointer, table.sines.pointer, dx.pointer,
        positions, heads, table.headSize, table.frequencies, true)
      backpropagation.pass(dx, to: self)
    }
  }
}
