extension Tensor {
  /// Multiplies two matrices: `y = a b`.
  ///
  ///     a  [rows, inner]
  ///     b  [inner, columns]
  ///     y  [rows, columns]
  ///
  /// Pullback: `da += dy b^T`, `db += a^T dy`.
  ///
  /// - Parameter b: The right factor.
  /// - Returns: The product.
  public func matrixMultiplied(by b: Tensor) -> Tensor {
    require(
      shape.rank == 2 && b.shape.rank == 2 && shape[1] == b.shape[0],
      "matrixMultiplied: \(shape) does not fit \(b.shape)")
    let (rows, inner, columns) = (shape[0], shape[1], b.shape[1])
    let y = Tensor(uninitialized: [rows, columns])
    BLAS.multiply(
      .init(pointer, stride: inner), .init(b.pointer, stride: columns),
      into: y.pointer, stride: columns, rows: rows, inner: inner, columns: columns)
    return y.recorded("matrixMultiplied", from: self, b) { dy, backpropagation in
      backpropagation.accumulate(into: self) { da, accumulate in
        BLAS.multiply(
          .init(dy.pointer, stride: columns), .init(b.pointer, stride: columns, .transposed),
          into: da, stride: inner, rows: rows, inner: columns, columns: inner,
          beta: accumulate ? 1 : 0)
      }
      backpropagation.accumulate(into: b) { db, accumulate in
        BLAS.multiply(
          .init(pointer, stride: inner, .transposed), .init(dy.pointer, stride: columns),
          into: db, stride: columns, rows: inner, inner: rows, columns: columns,
          beta: accumulate ? 1 : 0)
      }
    }
  }
}
