extension Tensor {
  /// Multiplies every row by a weight matrix: `y = x W^T`.
  ///
  ///     x       [..., inputs]
  ///     weight  [outputs, inputs]
  ///     y       [..., outputs]
  ///
  /// Pullback: `dx += dy W`, `dW += dy^T x`.
  ///
  /// - Parameters:
  ///   - weight: A matrix `[outputs, inputs]`; there is no bias.
  ///   - precision: The arithmetic of the three products; its ``Precision/problem`` must be nil.
  /// - Returns: One row of `outputs` elements for each row of this tensor.
  public func linear(_ weight: Tensor, precision: Precision = .float32) -> Tensor {
    require(
      weight.shape.rank == 2 && shape.columns == weight.shape[1],
      "linear: rows of \(shape) do not fit a weight \(weight.shape) of [outputs, inputs]")
    let rows = shape.rows
    let (outputs, inputs) = (weight.shape[0], weight.shape[1])
    let y = Tensor(uninitialized: shape.replacingColumns(with: outputs))
    MatrixProduct.multiply(
      Matrix(pointer, stride: inputs), weight.rightFactor(.transposed, precision),
      into: y.pointer, stride: outputs, rows: rows)
    return y.recorded("linear", from: self, weight) { dy, backpropagation in
      backpropagation.accumulate(into: self) { dx, accumulate in
        MatrixProduct.multiply(
          Matrix(dy.pointer, stride: outputs), weight.rightFactor(.normal, precision),
          into: dx, stride: inputs, rows: rows, beta: accumulate ? 1 : 0)
      }
      backpropagation.accumulate(into: weight) { dWeight, accumulate in
        let x = RightFactor(
          Matrix(pointer, stride: inputs), inner: rows, columns: inputs, precision: precision)
        MatrixProduct.multiply(
          Matrix(dy.pointer, stride: outputs, .transposed), x,
          into: dWeight, stride: inputs, rows: outputs, beta: accumulate ? 1 : 0)
      }
    }
  }
}
