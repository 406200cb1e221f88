import Autograd

/// Replaces a matrix by the nearest one whose singular values are all 1: what Newton-Schulz approximates.
///
///     u = U diag(s) V^T  ->  U V^T
///
/// By a singular value decomposition, exact to rounding and much slower: the reference for ablations.
/// Directions whose singular value is within rounding of zero, at most `2^-23` of the largest, have
/// no meaning; they are left out, so a zero matrix stays zero.
public enum PolarFactor {
  /// Returns the polar factor of a matrix `[rows, columns]`, in its shape.
  ///
  /// It is not a number throughout when the matrix has elements that are not finite.
  public static func orthogonalized(_ matrix: Tensor) -> Tensor {
    let output = Tensor(uninitialized: matrix.shape)
    orthogonalize(matrix, into: output.pointer)
    return output
  }

  /// Sets `output = scale P + retained output`, P being the polar factor of `matrix`.
  ///
  /// With `retained` 0 the output may be uninitialized.
  static func orthogonalize(
    _ matrix: Tensor, into output: UnsafeMutablePointer<Float>, scale: Float = 1,
    retained: Float = 0
  ) {
    guard matrix.shape.count > 0 else { return }
    guard let parts = SingularValueDecomposition(matrix) else {
      return output.update(repeating: .nan, count: matrix.shape.count)
    }
    let (count, columns) = (parts.values.shape.count, matrix.shape[1])
    let least = parts.values.pointer[0] * .ulpOfOne
    for direction in 0..<count where parts.values.pointer[direction] <= least {
      (parts.right.pointer + direction * columns).update(repeating: 0, count: columns)
    }
    let right = RightFactor(
      Matrix(parts.right.pointer, stride: columns), inner: count, columns: columns)
    MatrixProduct.multiply(
      Matrix(parts.left.pointer, stride: count), right, into: output, stride: columns,
      rows: matrix.shape[0], alpha: scale, beta: retained)
  }

  /// The work on one matrix, in floating-point operations of a matrix product, roughly.
  ///
  /// With sides `n <= m`: `6 n^2 m + 20 n^3` of LAPACK's, which are slower by about 10.
  static func operations(rows: Int, columns: Int) -> Double {
    let (short, long) = (Double(min(rows, columns)), Double(max(rows, columns)))
    return 10 * short * short * (6 * long + 20 * short)
  }
}
