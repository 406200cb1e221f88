import CKernels

extension Tensor {
  /// Drops what is negative: `y = max(x, 0)`.
  ///
  /// Pullback: `dx += dy` where `x > 0`.
  public func relu() -> Tensor {
    let y = Tensor(uninitialized: shape)
    let count = shape.count
    kernel_relu(pointer, y.pointer, count)
    return y.recorded("relu", part: .elementWise, from: self) { dy, backpropagation in
      backpropagation.accumulate(into: self) { dx, accumulate in
        kernel_relu_pullback(pointer, dy.pointer, dx, count, accumulate)
      }
    }
  }
}
