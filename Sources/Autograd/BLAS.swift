import Foundation

#if canImport(Accelerate)
  import CAccelerate
#else
  import COpenBLAS
#endif

/// Matrix products and decompositions by the library for them: OpenBLAS, or on Apple's systems Accelerate.
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

  /// Singular value decomposition of a matrix that lies column by column (LAPACK's `sgesdd`).
  ///
  /// - Parameters:
  ///   - matrix: rows x columns, which are lost.
  ///   - rows: The rows of the matrix.
  ///   - columns: The columns of the matrix.
  ///   - values: Gets `min(rows, columns)` singular values, largest first.
  ///   - vectors: Get as many left and right vectors, column by column; nil for values alone.
  ///   - work: Memory that the decomposition uses.
  ///   - workCount: The elements of `work`; -1 asks only how many are best, which `work` then begins with.
  /// - Returns: Whether it converged.
  static func decompose(
    _ matrix: UnsafeMutablePointer<Float>, rows: Int, columns: Int,
    values: UnsafeMutablePointer<Float>,
    vectors: (left: UnsafeMutablePointer<Float>, right: UnsafeMutablePointer<Float>)?,
    work: UnsafeMutablePointer<Float>, workCount: Int
  ) -> Bool {
    limitToCallingThread()
    let count = min(rows, columns)
    var status: blasint = 0
    withUnsafeTemporaryAllocation(of: blasint.self, capacity: 8 * count) { integers in
      sgesdd_(
        vectors == nil ? "N" : "S", [blasint(rows)], [blasint(columns)], matrix, [blasint(rows)],
        values, vectors?.left, [blasint(rows)], vectors?.right, [blasint(count)], work,
        [blasint(workCount)], integers.baseAddress, &status, 1)
    }
    return status == 0
  }

  #if canImport(Accelerate)
    /// What the library is called.
    package static let name = "Accelerate"

    /// The kernels that the library chose for this processor, which Accelerate does not say.
    package static var coreName: String { "unknown" }

    /// The version of the library: Accelerate comes with the system and has none of its own.
    package static var version: String {
      let system = ProcessInfo.processInfo.operatingSystemVersion
      return "Accelerate of \(system.majorVersion).\(system.minorVersion).\(system.patchVersion)"
    }

    /// It remembers that for each thread.
    private static func limitToCallingThread() {
      _ = BLASSetThreading(UInt32(BLAS_THREADING_SINGLE_THREADED))
    }
  #else
    /// What the library is called.
    package static let name = "OpenBLAS"

    /// The kernels that the library chose for this processor, such as `SkylakeX`.
    ///
    /// `OPENBLAS_CORETYPE` in the environment overrules its choice.
    package static var coreName: String { String(cString: openblas_get_corename()) }

    /// The version of the library: `0.3.21` out of `OpenBLAS 0.3.21 NO_LAPACKE DYNAMIC_ARCH ...`.
    package static var version: String {
      let configuration = String(cString: openblas_get_config())
      let words = configuration.split(separator: " ")
      return words.count > 1 ? String(words[1]) : configuration
    }

    /// Done once, before the first product or decomposition.
    private static func limitToCallingThread() { _ = limitedToCallingThread }

    private static let limitedToCallingThread: Void = openblas_set_num_threads(1)
  #endif
}

extension Matrix.Orientation {
  fileprivate var cblas: CBLAS_TRANSPOSE { self == .normal ? CblasNoTrans : CblasTrans }
}
