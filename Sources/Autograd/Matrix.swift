import COpenBLAS

/// A matrix in memory, as a factor of a product: rows `stride` elements apart, used as it is or transposed.
///
/// It does not own the memory, which must outlive it.
package struct Matrix {
  let pointer: UnsafePointer<Float>
  let stride: Int
  let orientation: Orientation

  /// Whether a factor is what lies in memory, or its transpose.
  package enum Orientation {
    case normal
    case transposed
  }

  package init(
    _ pointer: UnsafePointer<Float>, stride: Int, _ orientation: Orientation = .normal
  ) {
    self.pointer = pointer
    // A matrix without columns still needs a stride of 1 for BLAS.
    self.stride = max(stride, 1)
    self.orientation = orientation
  }

  /// This factor without the rows, of the factor and not of memory, before `row`.
  func from(row: Int) -> Matrix {
    Matrix(pointer + row * (orientation == .normal ? stride : 1), stride: stride, orientation)
  }

  /// This factor without the columns before `column`.
  func from(column: Int) -> Matrix {
    Matrix(pointer + column * (orientation == .normal ? 1 : stride), stride: stride, orientation)
  }
}

/// Matrix products by OpenBLAS; its LAPACK is called by ``SingularValueDecomposition``.
///
/// Each call runs on the calling thread only: lanes and matrices are what runs in parallel.
package enum BLAS {
  /// `output = alpha left right + beta output`, where `left` is rows x inner, `right` inner x columns.
  ///
  /// With `beta` 0 the output may be uninitialized.
  package static func multiply(
    _ left: Matrix, _ right: Matrix, into output: UnsafeMutablePointer<Float>, stride: Int,
    rows: Int, inner: Int, columns: Int, alpha: Float = 1, beta: Float = 0
  ) {
    limitToCallingThread()
    cblas_sgemm(
      CblasRowMajor, left.orientation.cblas, right.orientation.cblas, blasint(rows),
      blasint(columns), blasint(inner), alpha, left.pointer, blasint(left.stride), right.pointer,
      blasint(right.stride), beta, output, blasint(stride))
  }

  /// The kernels OpenBLAS chose for this processor, such as `SkylakeX`.
  ///
  /// `OPENBLAS_CORETYPE` in the environment overrules its choice.
  package static var coreName: String { String(cString: openblas_get_corename()) }

  /// OpenBLAS's version and build options, in its own words.
  package static var version: String { String(cString: openblas_get_config()) }

  /// Done once, before the first product or decomposition.
  static func limitToCallingThread() { _ = limitedToCallingThread }

  private static let limitedToCallingThread: Void = openblas_set_num_threads(1)
}

extension Matrix.Orientation {
  fileprivate var cblas: CBLAS_TRANSPOSE { self == .normal ? CblasNoTrans : CblasTrans }
}
