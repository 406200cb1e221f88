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
    return y.recorded("rmsNorm", from: self) { dy, backpropagation in
      backpropagation.accumulate(into: self) { dx, accumulate in
        kernel_rms_norm_pullback(pointer, dy.pointer, dx, rows, columns, epsilon, accumulate)
      }
    }
  }
}
