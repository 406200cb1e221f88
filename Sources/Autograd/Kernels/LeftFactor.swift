import CKernels

/// The left factor of one product, laid out for the kernels of this package.
struct LeftFactor {
  /// Element (i, k) is at `i / 8 * tileStride + i % 8 * rowStride + k * innerStride`.
  let pointer: UnsafePointer<Float>
  let tileStride: Int
  let rowStride: Int
  let innerStride: Int
  private let packed: Storage?

  /// Lays out a matrix of rows x inner, after transposition if it is transposed.
  ///
  /// Rows of float32 are read where they are, rows of bfloat16 are converted, and a transposed matrix is
  /// cut into tiles of 8 rows: read across its whole width it would miss the cache.
  init(_ matrix: Matrix, rows: Int, inner: Int, precision: Precision) {
    let tile = Int(kernel_tile_rows)
    if matrix.orientation == .normal && precision == .float32 {
      (pointer, packed) = (matrix.pointer, nil)
      (tileStride, rowStride, innerStride) = (tile * matrix.stride, matrix.stride, 1)
      return
    }
    let elements = inner.elements(in: precision)
    let packed = Storage(uninitialized: rows.rounded(upTo: tile) * elements)
    self.packed = packed
    pointer = UnsafePointer(packed.pointer)
    tileStride = tile * elements
    switch matrix.orientation {
    case .normal:
      kernel_convert_left_bfloat16(matrix.pointer, matrix.stride, rows, inner, packed.pointer)
      (rowStride, innerStride) = (elements, 1)
    case .transposed:
      let pack = precision == .float32 ? kernel_pack_left_float32 : kernel_pack_left_bfloat16
      pack(matrix.pointer, matrix.stride, inner, rows, packed.pointer)
      (rowStride, innerStride) = (1, tile)
    }
  }
}
