import CKernels

extension Tensor {
  /// Scales every row to a root mean square of 1, without a learned gain: `y = x r` with
  /// `r = 1 / sqrt(mean(x^2) + epsilon)`.
  ///
  /// Zhang and Sennrich, "Root mean square layer normalization" (2019), arXiv:1910.07467.
  /// Pullback, per row: `dx += r dy - x r^3 mean(x dy)`.
  ///
  /// - Parameter epsilon: Keeps a row of zeros finite; the float32 machine epsilon by default.
  /// - Returns: A tensor of the same shape; a row is the innermost extent.
  public func rmsNorm(epsilon: Float = .ulpOfOne) -> Tensor {
    let y = Tensor(uninitialized: shape)
    let (rows, columns) = (shape.rows, shape.columns)
    kernel_rms_norm(pointer, y.pointer, rows, columns, epsilon)
    return y.recorded("rmsNorm", part: .elementWise, from: self) { dy, backpropagation in
      backpropagation.accumulate(into: self) { dx, accumulate in
        kernel_rms_norm_pullback(pointer, dy.pointer, dx, rows, columns, epsilon, accumulate)
      }
    }
  }
}

extension Tensor {
  /// Scales every head to a root mean square of 1, then turns it by its position: ``rmsNorm(epsilon:)``
  /// and ``rotated(by:)`` in one pass, for queries and keys.
  ///
  ///     x  [positions, heads * headSize]
  ///     y  the same;  per head: y = R x r,  r = 1 / sqrt(mean(x^2) + epsilon),  R the turn
  ///
  /// Pullback, per head, with `g = R^-1 dy`: `dx += r g - x r^3 mean(x g)`. Nothing is kept from the forward
  /// pass; `r` is computed again.
  ///
  /// - Parameters:
  ///   - table: Angles for at least as many positions as this tensor has rows, and the size of a head.
  ///   - epsilon: Keeps a head of zeros finite; the float32 machine epsilon by default.
  /// - Returns: A tensor of the same shape.
  public func normalizedAndRotated(by table: RotaryTable, epsilon: Float = .ulpOfOne) -> Tensor {
    let (positions, heads) = table.extents(of: self, for: "normalizedAndRotated")
    let y = Tensor(uninitialized: shape)
    kernel_rms_norm_rotate(
      pointer, table.cosines.pointer, table.sines.pointer, y.pointer,
      positions, heads, table.headSize, table.frequencies, epsilon)
    return y.recorded("normalizedAndRotated", part: .elementWise, from: self) {
      dy, backpropagation in
      let dx = Storage(uninitialized: shape.count)
      kernel_rms_norm_rotate_pullback(
        pointer, dy.pointer, table.cosines.pointer, table.sines.pointer, dx.pointer,
        positions, heads, table.headSize, table.frequencies, epsilon)
      backpropagation.pass(dx, to: self)
    }
  }
}
