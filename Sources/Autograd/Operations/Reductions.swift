import CKernels

extension Tensor {
  /// Sums all elements to a scalar: `y = sum(x)`, accumulated in double precision.
  ///
  /// Pullback: `dx += dy`, the same for every element.
  public func sum() -> Tensor {
    reduced("sum", factor: 1)
  }

  /// Averages all elements to a scalar: `y = sum(x) / count`, accumulated in double precision.
  ///
  /// Pullback: `dx += dy / count`, the same for every element.
  public func mean() -> Tensor {
    require(shape.count > 0, "mean: shape \(shape) has no elements")
    return reduced("mean", factor: 1 / Double(shape.count))
  }

  private func reduced(_ operation: StaticString, factor: Double) -> Tensor {
    let count = shape.count
    let y = Tensor(Float(kernel_sum(pointer, count) * factor))
    return y.recorded(operation, from: self) { dy, backpropagation in
      let each = dy.pointer[0] * Float(factor)
      backpropagation.accumulate(into: self) { dx, accumulate in
        for i in 0..<count { dx[i] = accumulate ? dx[i] + each : each }
      }
    }
  }
}
