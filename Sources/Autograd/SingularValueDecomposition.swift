import CKernels

/// A matrix as `left diag(values) right`, by LAPACK on the calling thread.
///
/// The columns of `left` and the rows of `right` are orthonormal.
package struct SingularValueDecomposition {
  /// The left singular vectors: `[rows, count]`.
  package let left: Tensor
  /// The singular values, largest first: `[count]`, as many as the shorter side has elements.
  package let values: Tensor
  /// The right singular vectors: `[count, columns]`.
  package let right: Tensor

  /// Decomposes a matrix.
  ///
  /// Fails when its numbers are not all finite, or when the iteration does not converge.
  package init?(_ matrix: Tensor) {
    let (rows, columns) = (matrix.shape[0], matrix.shape[1])
    let count = min(rows, columns)
    left = Tensor(uninitialized: [rows, count])
    right = Tensor(uninitialized: [count, columns])
    guard let values = Self.decompose(matrix, (left.pointer, right.pointer)) else { return nil }
    self.values = values
  }

  /// Returns the singular values of a matrix, largest first; nil when its numbers are not all finite.
  package static func values(of matrix: Tensor) -> [Float]? {
    decompose(matrix, nil)?.elements
  }

  /// Finds the values, and the vectors if there is memory for them.
  ///
  /// Fortran reads rows as columns, and so decomposes the transpose: its left vectors are the right
  /// ones here, and come out as rows.
  private static func decompose(
    _ matrix: Tensor,
    _ vectors: (left: UnsafeMutablePointer<Float>, right: UnsafeMutablePointer<Float>)?
  ) -> Tensor? {
    require(matrix.shape.rank == 2, "singular values: shape \(matrix.shape) is not a matrix")
    let (rows, columns) = (matrix.shape[0], matrix.shape[1])
    let count = min(rows, columns)
    let values = Tensor(uninitialized: [count])
    guard count > 0 else { return values }
    guard kernel_sum_of_squares(matrix.pointer, matrix.shape.count).isFinite else { return nil }
    let copy = matrix.storage.copy()

    func run(_ work: UnsafeMutablePointer<Float>, _ workCount: Int) -> Bool {
      BLAS.decompose(
        copy.pointer, rows: columns, columns: rows, values: values.pointer,
        vectors: vectors.map { (left: $0.right, right: $0.left) }, work: work, workCount: workCount)
    }
    var best: Float = 0
    guard run(&best, -1) else { return nil }
    let work = Storage(uninitialized: Int(best.nextUp))
    return run(work.pointer, work.count) ? values : nil
  }
}
