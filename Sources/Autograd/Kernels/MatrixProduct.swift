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
  package static func multiply(
    _ left: Matrix, _ right: RightFactor, into output: UnsafeMutablePointer<Float>, stride: Int,
    rows: Int, alpha: Float = 1, beta: Float = 0
  ) {
    multiply(
      left, right, into: output, stride: stride, rows: rows, alpha: alpha, beta: beta,
      aboveDiagonal: false)
  }

  /// The same; with `aboveDiagonal`, this package's kernels leave out tiles wholly below the diagonal.
  static func multiply(
    _ left: Matrix, _ right: RightFactor, into output: UnsafeMutablePointer<Float>, stride: Int,
    rows: Int, alpha: Float, beta: Float, aboveDiagonal: Bool
  ) {
    switch right.layout {
    case .unpacked(let matrix):
      BLAS.multiply(
        left, matrix, into: output, stride: stride, rows: rows, inner: right.inner,
        columns: right.columns, alpha: alpha, beta: beta)
    case .panels(let panels, let panelStride):
      let left = LeftFactor(left, rows: rows, inner: right.inner, precision: right.precision)
      let multiply =
        right.precision == .float32 ? kernel_multiply_float32 : kernel_multiply_bfloat16
      withExtendedLifetime((left, panels)) {
        multiply(
          left.pointer, left.tileStride, left.rowStride, left.innerStride, panels.pointer,
          panelStride, output, stride, rows, right.inner.elements(in: right.precision),
          right.columns, alpha, beta, aboveDiagonal)
      }
    }
  }
}
