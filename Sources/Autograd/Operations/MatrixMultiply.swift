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
    return y.recorded("matrixMultiplied", from: self, b) { dy, backpropagation in
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
