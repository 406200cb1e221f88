extension MatrixProduct {
  /// `output = alpha left right` on and above the diagonal: half the work, for a product that is symmetric.
  ///
  /// What is below the diagonal is undefined afterwards.
  ///
  /// - Parameters:
  ///   - left: order x inner.
  ///   - right: inner x order.
  ///   - output: order x order, its rows `order` elements apart; it may be uninitialized.
  ///   - order: The rows and columns of the product.
  ///   - alpha: The factor on the product.
  package static func multiplyAboveDiagonal(
    _ left: Matrix, _ right: RightFactor, into output: UnsafeMutablePointer<Float>, order: Int,
    alpha: Float = 1
  ) {
    require(
      right.columns == order,
      "multiplyAboveDiagonal: \(order) rows and \(right.columns) columns are not square")
    switch right.layout {
    case .panels:
      multiply(
        left, right, into: output, stride: order, rows: order, alpha: alpha, beta: 0,
        aboveDiagonal: true)
    case .unpacked(let matrix):
      multiplyBlocks(
        left, matrix, into: output, order: order, inner: right.inner, alpha: alpha, 0..<order)
    }
  }

  /// By OpenBLAS, the blocks on and above the diagonal, for rows and columns in `range`.
  ///
  /// The quarter off the diagonal is one product, the two on the diagonal are cut further: the fewer the
  /// products, the closer each is to the machine's peak.
  private static func multiplyBlocks(
    _ left: Matrix, _ right: Matrix, into output: UnsafeMutablePointer<Float>, order: Int,
    inner: Int, alpha: Float, _ range: Range<Int>
  ) {
    func block(_ rows: Range<Int>, _ columns: Range<Int>) {
      BLAS.multiply(
        left.from(row: rows.lowerBound), right.from(column: columns.lowerBound),
        into: output + rows.lowerBound * order + columns.lowerBound, stride: order,
        rows: rows.count, inner: inner, columns: columns.count, alpha: alpha)
    }
    let smallest = 32
    guard range.count > smallest else { return block(range, range) }
    let middle = range.lowerBound + (range.count / 2).rounded(upTo: 16)
    let (first, second) = (range.lowerBound..<middle, middle..<range.upperBound)
    block(first, second)
    for half in [first, second] {
      multiplyBlocks(left, right, into: output, order: order, inner: inner, alpha: alpha, half)
    }
  }
}
