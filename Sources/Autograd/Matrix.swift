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
