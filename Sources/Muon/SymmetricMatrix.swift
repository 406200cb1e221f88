import Autograd
import CKernels

/// A Gram matrix, or what is computed from one: every product of the fast Newton-Schulz forms is here.
///
/// Products of polynomials in one symmetric matrix are symmetric too. They are computed on and above the
/// diagonal, and mirrored.
struct SymmetricMatrix {
  private let elements: Tensor
  private var order: Int { elements.shape[0] }

  private init(uninitialized order: Int) {
    elements = Tensor(uninitialized: [order, order])
  }

  /// The Gram matrix of the shorter side: `scale x x^T`, or `scale x^T x` if x is tall.
  init(gramOf x: Tensor, scale: Float) {
    let (rows, columns) = (x.shape[0], x.shape[1])
    self.init(uninitialized: min(rows, columns))
    BLAS.multiplyByTranspose(
      .init(x.pointer, stride: columns, rows <= columns ? .normal : .transposed),
      into: elements.pointer, order: order, inner: max(rows, columns), alpha: scale)
    kernel_mirror(elements.pointer, order)
  }

  /// Returns `a I + b G + c G^2` of this matrix G.
  func polynomial(_ step: NewtonSchulz.Coefficients) -> SymmetricMatrix {
    let result = SymmetricMatrix(uninitialized: order)
    result.setAboveDiagonal(self, self, scale: Float(step.c), 0..<order)
    kernel_add_above_diagonal(
      Float(step.a), Float(step.b), elements.pointer, result.elements.pointer, order)
    kernel_mirror(result.elements.pointer, order)
    return result
  }

  /// Returns the product with a matrix that commutes with this one.
  func times(_ other: SymmetricMatrix) -> SymmetricMatrix {
    let result = SymmetricMatrix(uninitialized: order)
    result.setAboveDiagonal(self, other, scale: 1, 0..<order)
    kernel_mirror(result.elements.pointer, order)
    return result
  }

  /// Sets `output = scale S x + retained output` by this matrix S, or `x S` for S if x is tall.
  func multiply(
    _ x: Tensor, scale: Float, into output: UnsafeMutablePointer<Float>, retained: Float
  ) {
    let (rows, columns) = (x.shape[0], x.shape[1])
    let this = BLAS.Matrix(elements.pointer, stride: order)
    let x = BLAS.Matrix(x.pointer, stride: columns)
    let (left, right) = rows <= columns ? (this, x) : (x, this)
    BLAS.multiply(
      left, right, into: output, stride: columns, rows: rows, inner: order, columns: columns,
      alpha: scale, beta: retained)
  }

  /// Sets the blocks of `scale left right` on and above the diagonal, for rows and columns in `range`.
  ///
  /// The quarter off the diagonal is one product, the two on the diagonal are cut further: the fewer the
  /// products, the closer each is to the machine's peak.
  private func setAboveDiagonal(
    _ left: SymmetricMatrix, _ right: SymmetricMatrix, scale: Float, _ range: Range<Int>
  ) {
    let smallest = 32
    guard range.count > smallest else {
      return setBlock(left, right, scale: scale, rows: range, columns: range)
    }
    let middle = range.lowerBound + (range.count / 2 + 15) / 16 * 16
    setAboveDiagonal(left, right, scale: scale, range.lowerBound..<middle)
    setBlock(
      left, right, scale: scale, rows: range.lowerBound..<middle,
      columns: middle..<range.upperBound)
    setAboveDiagonal(left, right, scale: scale, middle..<range.upperBound)
  }

  private func setBlock(
    _ left: SymmetricMatrix, _ right: SymmetricMatrix, scale: Float, rows: Range<Int>,
    columns: Range<Int>
  ) {
    BLAS.multiply(
      .init(left.elements.pointer + rows.lowerBound * order, stride: order),
      .init(right.elements.pointer + columns.lowerBound, stride: order),
      into: elements.pointer + rows.lowerBound * order + columns.lowerBound, stride: order,
      rows: rows.count, inner: order, columns: columns.count, alpha: scale)
  }
}
