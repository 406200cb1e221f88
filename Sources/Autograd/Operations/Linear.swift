extension Tensor {
  /// Multiplies every row by a weight matrix: `y = x W^T`.
  ///
  ///     x       [..., inputs]
  ///     weight  [outputs, inputs]
  ///     y       [..., outputs]
  ///
  /// Pullback: `dx += dy W`, `dW += dy^T x`.
  ///
  /// - Parameter weight: A matrix `[outputs, inputs]`; there is no bias.
  /// - Returns: One row of `outputs` elements for each row of this tensor.
  public func linear(_ weight: Tensor) -> Tensor {
    require(
      weight.shape.rank == 2 && shape.columns == weight.shape[1],
      "linear: rows of \(shape) do not fit a weight \(weight.shape) of [outputs, inputs]")
    let rows = shape.rows
    let (outputs, inputs) = (weight.shape[0], weight.shape[1])
    let y = Tensor(uninitialized: shape.replacingColumns(with: outputs))
    BLAS.multiply(
      .init(pointer, stride: inputs), .init(weight.pointer, stride: inputs, .transposed),
      into: y.pointer, stride: outputs, rows: rows, inner: inputs, columns: outputs)
    return y.recorded("linear", from: self, weight) { dy, backpropagation in
      backpropagation.accumulate(into: self) { dx, accumulate in
        BLAS.multiply(
          .init(dy.pointer, stride: outputs), .init(weight.pointer, stride: inputs),
          into: dx, stride: inputs, rows: rows, inner: outputs, columns: inputs,
          beta: accumulate ? 1 : 0)
      }
      backpropagation.accumulate(into: weight) { dWeight, accumulate in
        BLAS.multiply(
          .init(dy.pointer, stride: outputs, .transposed), .init(pointer, stride: inputs),
          into: dWeight, stride: inputs, rows: outputs, inner: rows, columns: inputs,
          beta: accumulate ? 1 : 0)
      }
    }
  }
}
