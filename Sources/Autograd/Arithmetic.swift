import CKernels

extension Tensor {
  /// Adds two tensors of one shape: `y = a + b`.
  ///
  /// Pullback: `da += dy`, `db += dy`. The gradient is shared, not copied, which makes a residual
  /// connection free on the way back.
  public static func + (a: Tensor, b: Tensor) -> Tensor {
    require(a.shape == b.shape, "+: shapes \(a.shape) and \(b.shape) differ")
    let y = Tensor(uninitialized: a.shape)
    kernel_add(a.pointer, b.pointer, y.pointer, y.shape.count)
    return y.recorded("+", part: .elementWise, from: a, b) { dy, backpropagation in
      backpropagation.add(dy, to: a)
      backpropagation.add(dy, to: b)
    }
  }

  /// Subtracts a tensor of the same shape: `y = a - b`.
  ///
  /// Pullback: `da += dy`, `db -= dy`.
  public static func - (a: Tensor, b: Tensor) -> Tensor {
    require(a.shape == b.shape, "-: shapes \(a.shape) and \(b.shape) differ")
    return a + b.scaled(by: -1)
  }

  /// Multiplies element by element: `y = a b`.
  ///
  /// Pullback: `da += b dy`, `db += a dy`.
  public static func * (a: Tensor, b: Tensor) -> Tensor {
    require(a.shape == b.shape, "*: shapes \(a.shape) and \(b.shape) differ")
    let y = Tensor(uninitialized: a.shape)
    let count = y.shape.count
    kernel_multiply(a.pointer, b.pointer, y.pointer, count, false)
    return y.recorded("*", part: .elementWise, from: a, b) { dy, backpropagation in
      backpropagation.accumulate(into: a) { da, accumulate in
        kernel_multiply(b.pointer, dy.pointer, da, count, accumulate)
      }
      backpropagation.accumulate(into: b) { db, accumulate in
        kernel_multiply(a.pointer, dy.pointer, db, count, accumulate)
      }
    }
  }

  /// Multiplies every element by one number: `y = factor x`.
  ///
  /// Pullback: `dx += factor dy`.
  public func scaled(by factor: Float) -> Tensor {
    let y = Tensor(uninitialized: shape)
    let count = shape.count
    kernel_scale(factor, pointer, y.pointer, count)
    return y.recorded("scaled", part: .elementWise, from: self) { dy, backpropagation in
      backpropagation.accumulate(into: self) { dx, accumulate in
        if accumulate {
          kernel_add_scaled(factor, dy.pointer, dx, count)
        } else {
          kernel_scale(factor, dy.pointer, dx, count)
        }
      }
    }
  }
}

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
    return y.recorded(operation, part: .elementWise, from: self) { dy, backpropagation in
      let each = dy.pointer[0] * Float(factor)
      backpropagation.accumulate(into: self) { dx, accumulate in
        for i in 0..<count { dx[i] = accumulate ? dx[i] + each : each }
      }
    }
  }
}
