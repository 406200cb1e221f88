import Autograd
import CKernels

/// A Gram matrix, or what is computed from one: every product of the fast Newton-Schulz forms is here.
///
/// Products of polynomials in one symmetric matrix are symmetric too. They are computed on and above the
/// diagonal, and mirrored.
struct SymmetricMatrix {
  private let elements: Tensor
  private var order: Int { elements.shape[0] }

  /// The product of two factors, which must be symmetric, and what `addition` does above its diagonal.
  ///
  /// `isSquare` says that the left factor is the right one's transpose.
  private init(
    _ left: Matrix, _ right: RightFactor, order: Int, scale: Float, isSquare: Bool = false,
    addition: (UnsafeMutablePointer<Float>) -> Void = { _ in }
  ) {
    elements = Tensor(uninitialized: [order, order])
    MatrixProduct.multiplyAboveDiagonal(
      left, right, into: elements.pointer, order: order, alpha: scale, isSquare: isSquare)
    addition(elements.pointer)
    kernel_mirror(elements.pointer, order)
  }

  /// The Gram matrix of the shorter side: `scale x x^T`, or `scale x^T x` if x is tall.
  init(gramOf x: Tensor, scale: Float, _ precision: Precision) {
    let (rows, columns) = (x.shape[0], x.shape[1])
    let orientations: (Matrix.Orientation, Matrix.Orientation) =
      rows <= columns ? (.normal, .transposed) : (.transposed, .normal)
    let order = min(rows, columns)
    let right = RightFactor(
      Matrix(x.pointer, stride: columns, orientations.1), inner: max(rows, columns),
      columns: order, precision: precision)
    self.init(
      Matrix(x.pointer, stride: columns, orientations.0), right, order: order, scale: scale,
      isSquare: true)
  }

  /// Returns `a I + b G + c G^2` of this matrix G.
  func polynomial(_ step: NewtonSchulz.Coefficients, _ precision: Precision) -> SymmetricMatrix {
    SymmetricMatrix(
      asFactor, asRightFactor(precision), order: order, scale: Float(step.c), isSquare: true
    ) { product in
      kernel_add_above_diagonal(Float(step.a), Float(step.b), elements.pointer, product, order)
    }
  }

  /// Returns the product with a matrix that commutes with this one.
  func times(_ other: SymmetricMatrix, _ precision: Precision) -> SymmetricMatrix {
    SymmetricMatrix(asFactor, other.asRightFactor(precision), order: order, scale: 1)
  }

  /// Sets `output = scale S x + retained output` by this matrix S, or `x S` for S if x is tall.
  func multiply(
    _ x: Tensor, scale: Float, into output: UnsafeMutablePointer<Float>, retained: Float,
    _ precision: Precision
  ) {
    let (rows, columns) = (x.shape[0], x.shape[1])
    let factor = Matrix(x.pointer, stride: columns)
    let (left, right) =
      rows <= columns
      ? (asFactor, RightFactor(factor, inner: order, columns: columns, precision: precision))
      : (factor, asRightFactor(precision))
    MatrixProduct.multiply(
      left, right, into: output, stride: columns, rows: rows, alpha: scale, beta: retained)
  }

  private var asFactor: Matrix { Matrix(elements.pointer, stride: order) }

  private func asRightFactor(_ precision: Precision) -> RightFactor {
    RightFactor(asFactor, inner: order, columns: order, precision: precision)
  }
}
