import CKernels

/// The left factor of one product, laid out for the kernels of this package.
struct LeftFactor {
  /// Element (i, k) is at `i / T * tileStride + i % T * rowStride + k * innerStride`, in tiles of T rows.
  let pointer: UnsafePointer<Float>
  let tileStride: Int
  let rowStride: Int
  let innerStride: Int
  private let packed: Storage?

  /// Of so many rows of memory, one cache line each stays in the first-level cache.
  private static let shortExtent = 64

  /// Lays out a matrix of rows x inner, after transposition if it is transposed, for these products.
  ///
  /// Rows of float32 are read where they are, rows of bfloat16 are converted, and a transposed matrix is
  /// cut into tiles of few rows: read across its whole width it would miss the cache, but for float32
  /// with a short inner extent. What is packed goes into `scratch` where that is large enough, which spares
  /// short products the search for memory.
  init(
    _ matrix: Matrix, rows: Int, inner: Int, precision: Precision, for products: kernel_products,
    scratch: Storage?
  ) {
    let tile = products.tile_rows
    if precision == .float32 && (matrix.orientation == .normal || inner <= Self.shortExtent) {
      (pointer, packed) = (matrix.pointer, nil)
      (rowStride, innerStride) =
        matrix.orientation == .normal ? (matrix.stride, 1) : (1, matrix.stride)
      tileStride = tile * rowStride
      return
    }
    let elements = inner.elements(in: precision)
    let count = rows.rounded(upTo: tile) * elements
    let packed =
      scratch.flatMap { $0.count < count ? nil : $0 } ?? Storage(uninitialized: count)
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
    case panels(Panels)
    case unpacked(Matrix)
  }

  /// A factor packed for this package's kernels.
  struct Panels {
    let storage: Storage
    /// Where the first row of the first panel is.
    let pointer: UnsafePointer<Float>
    /// The elements from panel to panel.
    let stride: Int
    let products: UnsafePointer<kernel_products>
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
    rows(0..<(inner ?? self.inner), columns: columns)
  }

  /// Some rows, and of these the first columns, sharing memory; of bfloat16 they begin at an even one.
  ///
  /// After an odd number of bfloat16 rows the next one takes part, times 0: it must be finite.
  package func rows(_ rows: Range<Int>, columns: Int? = nil) -> RightFactor {
    let columns = columns ?? self.columns
    require(
      rows.lowerBound >= 0 && rows.upperBound <= inner && columns <= self.columns,
      "RightFactor: rows \(rows) and \(columns) columns of \(inner) x \(self.columns)")
    require(
      precision == .float32 || rows.lowerBound.isMultiple(of: 2),
      "RightFactor: bfloat16 rows from \(rows.lowerBound), which is odd")
    let part: Layout
    switch layout {
    case .unpacked(let matrix): part = .unpacked(matrix.from(row: rows.lowerBound))
    case .panels(let panels):
      let start = rows.lowerBound.elements(in: precision) * panels.products.pointee.panel_columns
      part = .panels(
        Panels(
          storage: panels.storage, pointer: panels.pointer + start, stride: panels.stride,
          products: panels.products))
    }
    return RightFactor(inner: rows.count, columns: columns, precision: precision, layout: part)
  }

  /// The memory that ``init(_:inner:columns:precision:kernels:reusing:)`` can use again.
  var storage: Storage? {
    if case .panels(let panels) = layout { panels.storage } else { nil }
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
    return .panels(
      Panels(
        storage: panels, pointer: UnsafePointer(panels.pointer), stride: stride,
        products: products))
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
