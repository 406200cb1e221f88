import Autograd
import CKernels
import Synchronization

/// Replaces a matrix by a nearly orthogonal one: the same singular vectors, singular values near 1.
///
/// Newton-Schulz iteration needs matrix products only. With `X` scaled to singular values of at
/// most 1, each step applies an odd polynomial to every singular value:
///
///     X = u / (norm_factor |u|_F + epsilon)
///     A = X X^T;  X = a X + (b A + c A^2) X        for every (a, b, c)
///
/// The coefficients are data. What a set does to a singular value, in exact arithmetic, is
/// ``response(to:)``:
///
/// | set | steps | singular values of at least 0.01 become |
/// |---|---|---|
/// | ``jordan`` | 5 | 0.682...1.134 |
/// | ``polarExpress`` | 5 | 0.859...1.141 |
/// | ``convergent`` | 12 | 1 |
///
/// Keller Jordan, "Muon: An optimizer for hidden layers in neural networks" (2024); Amsel et al.,
/// "The Polar Express" (2025).
public struct NewtonSchulz: Codable, Hashable, Sendable {
  /// The polynomials `a x + b x^3 + c x^5`, one for each step.
  public var coefficients: [Coefficients]
  /// The factor on the Frobenius norm; more than 1 keeps singular values below 1 despite rounding.
  public var normFactor: Double
  /// Added to the norm, so that a zero matrix stays zero.
  public var epsilon: Double

  /// Creates an iteration from its coefficients.
  public init(coefficients: [Coefficients], normFactor: Double = 1, epsilon: Double = 1e-7) {
    self.coefficients = coefficients
    self.normFactor = normFactor
    self.epsilon = epsilon
  }

  /// Returns the matrix with its singular values moved close to 1.
  ///
  /// Half of every symmetric product is computed, and for a matrix with unequal sides most steps
  /// are taken on its small Gram matrix. The result equals the formula above, as written and in
  /// exact arithmetic, to 4e-4 of its Frobenius norm (2e-3 for ``convergent``): the worst case is a
  /// matrix of rank 1, whose rounding errors every step multiplies. With full rank it is about 1e-4
  /// at most, mostly 1e-5.
  ///
  /// - Parameters:
  ///   - matrix: `[rows, columns]`.
  ///   - precision: The arithmetic of the products with the matrix, without
  ///     `Precision.problem`; in bfloat16 the result is within
  ///     4e-2, but for singular values below about 1/256 of the largest, which drown in rounding.
  /// - Returns: A matrix of the same shape; a zero matrix for a zero matrix.
  public func orthogonalized(_ matrix: Tensor, precision: Precision = .float32) -> Tensor {
    orthogonalized(matrix, by: Form(for: matrix.shape), precision)
  }

  /// Returns the matrix orthogonalized in a form of the caller's choice; the plain one is float32.
  package func orthogonalized(
    _ matrix: Tensor, by form: Form, _ precision: Precision = .float32
  ) -> Tensor {
    if form == .plain {
      Self.countCall()
      return plainlyOrthogonalized(matrix.detached)
    }
    let output = Tensor(uninitialized: matrix.shape)
    orthogonalize(matrix, by: form, precision, into: output.pointer)
    return output
  }

  /// The number by which a matrix is divided, so that its singular values are at most 1.
  func divisor(for matrix: Tensor) -> Double {
    let norm = kernel_sum_of_squares(matrix.pointer, matrix.shape.count).squareRoot()
    return normFactor * norm + epsilon
  }

  /// The singular value, in exact arithmetic, that a singular value of the scaled matrix becomes.
  public func response(to singularValue: Double) -> Double {
    coefficients.reduce(singularValue) { x, step in
      let square = x * x
      return x * (step.a + square * (step.b + square * step.c))
    }
  }

  private static let callCount = Atomic<Int>(0)

  static func countCall() {
    callCount.wrappingAdd(1, ordering: .relaxed)
  }

  /// The number of matrices this process has orthogonalized: proof that Muon is at work.
  public static var calls: Int {
    callCount.load(ordering: .relaxed)
  }

  /// What is wrong with these values, in words; nil when nothing is.
  public var problem: String? {
    if coefficients.isEmpty { return "newton_schulz has no coefficients" }
    let numbers = coefficients.flatMap { [$0.a, $0.b, $0.c] }
    if !numbers.allSatisfy(\.isFinite) {
      return "newton_schulz has coefficients that are not finite"
    }
    if !(normFactor >= 1 && normFactor.isFinite) {
      return "newton_schulz.norm_factor \(normFactor) is not at least 1"
    }
    // Its inverse, which a zero matrix is multiplied by, must be finite in float32.
    if !(epsilon >= 1e-38 && epsilon.isFinite) {
      return "newton_schulz.epsilon \(epsilon) is not at least 1e-38"
    }
    return nil
  }
}

extension NewtonSchulz {
  /// The iteration as it is written: the reference for the fast forms, and slower.
  func plainlyOrthogonalized(_ matrix: Tensor) -> Tensor {
    if matrix.shape[0] > matrix.shape[1] {
      return plainlyOrthogonalized(matrix.transposedMatrix()).transposedMatrix()
    }
    var x = matrix.scaled(by: Float(1 / divisor(for: matrix)))
    for step in coefficients {
      let gram = Tensor(uninitialized: [x.shape[0], x.shape[0]])
      gram.setToProduct(x, x, .transposed)
      let polynomial = gram.scaled(by: Float(step.b))
      polynomial.setToProduct(gram, gram, scale: Float(step.c), accumulate: true)
      let next = x.scaled(by: Float(step.a))
      next.setToProduct(polynomial, x, accumulate: true)
      x = next
    }
    return x
  }
}

extension Tensor {
  /// Returns the transpose of a matrix.
  fileprivate func transposedMatrix() -> Tensor {
    let transposed = Tensor(uninitialized: [shape[1], shape[0]])
    kernel_transpose(pointer, transposed.pointer, shape[0], shape[1])
    return transposed
  }

  /// Sets this matrix, which nobody else has seen yet, to `scale left right`, or adds that to it.
  fileprivate func setToProduct(
    _ left: Tensor, _ right: Tensor, _ orientation: Matrix.Orientation = .normal, scale: Float = 1,
    accumulate: Bool = false
  ) {
    MatrixProduct.multiply(
      Matrix(left.pointer, stride: left.shape[1]),
      RightFactor(
        Matrix(right.pointer, stride: right.shape[1], orientation), inner: left.shape[1],
        columns: shape[1]),
      into: pointer, stride: shape[1], rows: shape[0], alpha: scale, beta: accumulate ? 1 : 0)
  }
}
