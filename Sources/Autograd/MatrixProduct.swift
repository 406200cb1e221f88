import CKernels

/// Matrix products on the calling thread.
package enum MatrixProduct {
  /// `output = alpha left right + beta output`, where `left` is rows x inner, `right` inner x columns.
  ///
  /// - Parameters:
  ///   - left: The left factor.
  ///   - right: The right factor, which says who multiplies, and in which precision.
  ///   - output: rows x columns; with `beta` 0 it may be uninitialized.
  ///   - stride: The distance of the output's rows.
  ///   - rows: The rows of the product.
  ///   - alpha: The factor on the product.
  ///   - beta: The factor on what the output holds.
  ///   - part: What may be left out. OpenBLAS leaves out nothing.
  ///   - scratch: Memory of the caller's for laying out the left factor.
  package static func multiply(
    _ left: Matrix, _ right: RightFactor, into output: UnsafeMutablePointer<Float>, stride: Int,
    rows: Int, alpha: Float = 1, beta: Float = 0, part: ProductPart = .whole,
    scratch: Storage? = nil
  ) {
    switch right.layout {
    case .unpacked(let matrix):
      BLAS.multiply(
        left, matrix, into: output, stride: stride, rows: rows, inner: right.inner,
        columns: right.columns, alpha: alpha, beta: beta)
    case .panels(let panels):
      let products = panels.products.pointee
      let left = LeftFactor(
        left, rows: rows, inner: right.inner, precision: right.precision, for: products,
        scratch: scratch)
      withExtendedLifetime((left, panels.storage)) {
        products.multiply(
          left.pointer, left.tileStride, left.rowStride, left.innerStride, panels.pointer,
          panels.stride, output, stride, rows, right.inner.elements(in: right.precision),
          right.columns, alpha, beta, part.forKernels)
      }
    }
  }
}

/// What a matrix product may leave out, below or above a diagonal; rows and columns count from 0.
package enum ProductPart {
  /// Nothing.
  case whole
  /// Elements of the product below the main diagonal, which are undefined afterwards.
  case upper
  /// Elements of the product whose column is greater than their row by more than `diagonal`; they are
  /// undefined afterwards.
  case lower(diagonal: Int)
  /// Elements of the left factor whose column is greater than their row by more than `diagonal`: they are
  /// zero.
  case leftLower(diagonal: Int)
  /// Elements of the left factor whose row is greater than their column by more than `diagonal`: they are
  /// zero.
  case leftUpper(diagonal: Int)

  fileprivate var forKernels: kernel_part {
    switch self {
    case .whole: kernel_part(shape: .whole, diagonal: 0)
    case .upper: kernel_part(shape: .upper, diagonal: 0)
    case .lower(let diagonal): kernel_part(shape: .lower, diagonal: diagonal)
    case .leftLower(let diagonal): kernel_part(shape: .left_lower, diagonal: diagonal)
    case .leftUpper(let diagonal): kernel_part(shape: .left_upper, diagonal: diagonal)
    }
  }
}

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
  ///   - isSquare: Whether the left factor is the right one's transpose: then bfloat16 are not laid out twice.
  package static func multiplyAboveDiagonal(
    _ left: Matrix, _ right: RightFactor, into output: UnsafeMutablePointer<Float>, order: Int,
    alpha: Float = 1, isSquare: Bool = false
  ) {
    require(
      right.columns == order,
      "multiplyAboveDiagonal: \(order) rows and \(right.columns) columns are not square")
    switch right.layout {
    case .panels(let panels) where isSquare && right.precision == .bfloat16:
      multiplyByTranspose(
        of: panels, into: output, order: order, elements: right.inner.elements(in: .bfloat16),
        alpha: alpha)
    case .panels:
      multiply(
        left, right, into: output, stride: order, rows: order, alpha: alpha, part: .upper)
    case .unpacked(let matrix):
      multiplyBlocks(
        left, matrix, into: output, order: order, inner: right.inner, alpha: alpha, 0..<order)
    }
  }

  /// The same for a packed right factor and its transpose: a panel's columns are the rows of some tiles.
  private static func multiplyByTranspose(
    of panels: RightFactor.Panels, into output: UnsafeMutablePointer<Float>, order: Int,
    elements: Int, alpha: Float
  ) {
    let products = panels.products.pointee
    let (tile, width) = (products.tile_rows, products.panel_columns)
    require(
      width.isMultiple(of: tile), "multiplyByTranspose: panels of \(width), tiles of \(tile) rows")
    withExtendedLifetime(panels.storage) {
      for start in stride(from: 0, to: order, by: width) {
        let panel = panels.pointer + start / width * panels.stride
        products.multiply(
          panel, tile, 1, width, panel, panels.stride, output + start * (order + 1), order,
          min(width, order - start), elements, order - start, alpha, 0,
          ProductPart.upper.forKernels)
      }
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
