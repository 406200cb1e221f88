import CKernels

/// The left factor of one product, laid out for the kernels of this package.
struct LeftFactor {
  /// Element (i, k) is at `i / T * tileStride + i % T * rowStride + k * innerStride`, in tiles of T rows.
  let pointer: UnsafePointer<Float>
  let tileStride: Int
  let rowStride: Int
  let innerStride: Int
  private let packed: Storage?

  /// Lays out a matrix of rows x inner, after transposition if it is transposed, for these products.
  ///
  /// Rows of float32 are read where they are, rows of bfloat16 are converted, and a transposed matrix is
  /// cut into tiles of few rows: read across its whole width it would miss the cache.
  init(
    _ matrix: Matrix, rows: Int, inner: Int, precision: Precision, for products: kernel_products
  ) {
    let tile = products.tile_rows
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
      products.convert_left?(matrix.pointer, matrix.stride, rows, inner, packed.pointer)
      (rowStride, innerStride) = (elements, 1)
    case .transposed:
      products.pack_left(matrix.pointer, matrix.stride, inner, rows, packed.pointer)
      (rowStride, innerStride) = (1, tile)
    }
  }
}

/// The right factor of matrix products, laid out once for all of them.
///
/// The kernels of this package read it from panels of few columns, whatever its layout was before;
/// OpenBLAS packs for itself and gets the matrix as it is, whose memory must then outlive the factor.
/// Products only read it, so threads may share it unchecked; whoever packs into its memory again has to know
/// that they are done.
package struct RightFactor: @unchecked Sendable {
  let inner: Int
  let columns: Int
  let precision: Precision
  let layout: Layout

  enum Layout {
    /// Panels packed for these products, `stride` elements apart.
    case panels(Storage, stride: Int, UnsafePointer<kernel_products>)
    case unpacked(Matrix)
  }

  /// Lays out a matrix of inner x columns, after transposition if it is transposed.
  ///
  /// - Parameters:
  ///   - matrix: The factor. Unless it is packed, its memory is read by the products to come.
  ///   - inner: The extent that is summed over.
  ///   - columns: The columns of the product.
  ///   - precision: The arithmetic of the products.
  ///   - kernels: Who multiplies, in float32.
  ///   - storage: The memory of an earlier factor of the same extents, to pack into; nil for new memory.
  package init(
    _ matrix: Matrix, inner: Int, columns: Int, precision: Precision = .float32,
    kernels: ProductKernels = .current, reusing storage: Storage? = nil
  ) {
    require(kernels.isSupported, "RightFactor: this processor has no \(kernels.rawValue) kernels")
    require(precision.problem == nil, "RightFactor: \(precision.problem ?? "")")
    self.init(
      inner: inner, columns: columns, precision: precision,
      layout: kernels.products(in: precision).map {
        Self.packed(matrix, inner, columns, precision, for: $0, into: storage)
      } ?? .unpacked(matrix))
  }

  private init(inner: Int, columns: Int, precision: Precision, layout: Layout) {
    self.inner = inner
    self.columns = columns
    self.precision = precision
    self.layout = layout
  }

  /// The first rows, or the first columns, of this factor, sharing its memory.
  ///
  /// After an odd number of bfloat16 rows the next one takes part, times 0: it must be finite.
  package func leading(inner: Int? = nil, columns: Int? = nil) -> RightFactor {
    let (inner, columns) = (inner ?? self.inner, columns ?? self.columns)
    require(
      inner <= self.inner && columns <= self.columns,
      "RightFactor: \(inner) x \(columns) of \(self.inner) x \(self.columns)")
    return RightFactor(inner: inner, columns: columns, precision: precision, layout: layout)
  }

  /// The memory that ``init(_:inner:columns:precision:kernels:reusing:)`` can use again.
  var storage: Storage? {
    if case .panels(let storage, _, _) = layout { storage } else { nil }
  }

  private static func packed(
    _ matrix: Matrix, _ inner: Int, _ columns: Int, _ precision: Precision,
    for products: UnsafePointer<kernel_products>, into storage: Storage?
  ) -> Layout {
    let panelColumns = products.pointee.panel_columns
    let stride = panelColumns * inner.elements(in: precision)
    let count = columns.rounded(upTo: panelColumns) / panelColumns * stride
    let panels = storage ?? Storage(uninitialized: count)
    require(panels.count == count, "RightFactor: \(count) elements, memory for \(panels.count)")
    switch matrix.orientation {
    case .normal:
      products.pointee.pack_right(matrix.pointer, matrix.stride, inner, columns, panels.pointer)
    case .transposed:
      products.pointee.pack_right_transposed(
        matrix.pointer, matrix.stride, columns, inner, panels.pointer)
    }
    return .panels(panels, stride: stride, products)
  }
}

extension Int {
  /// The least multiple of `step` that is not below this number.
  func rounded(upTo step: Int) -> Int {
    (self + step - 1) / step * step
  }

  /// How many packed elements this many values along the inner extent take: bfloat16 go in pairs.
  func elements(in precision: Precision) -> Int {
    switch precision {
    case .float32: self
    case .bfloat16: (self + 1) / 2
    }
  }

  /// This many floats, rounded up to whole cache lines of 64 bytes.
  var wholeCacheLines: Int { rounded(upTo: 16) }
}
