import CKernels

extension Tensor {
  /// Squares what is positive and drops the rest: `y = max(x, 0)^2`.
  ///
  /// So et al., "Primer" (2021), arXiv:2109.08668. Pullback: `dx += 2 max(x, 0) dy`.
  public func squaredReLU() -> Tensor {
    let y = Tensor(uninitialized: shape)
    let count = shape.count
    kernel_squared_relu(pointer, y.pointer, count)
    return y.recorded("squaredReLU", part: .elementWise, from: self) { dy, backpropagation in
      backpropagation.accumulate(into: self) { dx, accumulate in
        kernel_squared_relu_pullback(pointer, dy.pointer, dx, count, accumulate)
      }
    }
  }
}
