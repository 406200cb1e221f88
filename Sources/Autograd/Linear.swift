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
    return y.recorded("linear", part: .projections, from: self, weight) { dy, backpropagation in
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

extension Tensor {
  /// Multiplies two matrices: `y = a b`.
  ///
  ///     a  [rows, inner]
  ///     b  [inner, columns]
  ///     y  [rows, columns]
  ///
  /// Pullback: `da += dy b^T`, `db += a^T dy`.
  ///
  /// - Parameters:
  ///   - b: The right factor.
  ///   - precision: The arithmetic of the three products; its ``Precision/problem`` must be nil.
  /// - Returns: The product.
  public func matrixMultiplied(by b: Tensor, precision: Precision = .float32) -> Tensor {
    require(
      shape.rank == 2 && b.shape.rank == 2 && shape[1] == b.shape[0],
      "matrixMultiplied: \(shape) does not fit \(b.shape)")
    let (rows, inner, columns) = (shape[0], shape[1], b.shape[1])
    let y = Tensor(uninitialized: [rows, columns])
    MatrixProduct.multiply(
      Matrix(pointer, stride: inner), b.rightFactor(.normal, precision),
      into: y.pointer, stride: columns, rows: rows)
    return y.recorded("matrixMultiplied", part: .projections, from: self, b) {
      dy, backpropagation in
      backpropagation.accumulate(into: self) { da, accumulate in
        MatrixProduct.multiply(
          Matrix(dy.pointer, stride: columns), b.rightFactor(.transposed, precision),
          into: da, stride: inner, rows: rows, beta: accumulate ? 1 : 0)
      }
      backpropagation.accumulate(into: b) { db, accumulate in
        let dyFactor = RightFactor(
          Matrix(dy.pointer, stride: columns), inner: rows, columns: columns, precision: precision)
        MatrixProduct.multiply(
          Matrix(pointer, stride: inner, .transposed), dyFactor,
          into: db, stride: columns, rows: inner, beta: accumulate ? 1 : 0)
      }
    }
  }
}
