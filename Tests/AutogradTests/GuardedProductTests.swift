import CKernels
import TestSupport
import Testing

/// The matrix products of every family that runs here, and what packs for them, between guarded pages.
@Suite struct GuardedProductTests {
  private static let extents = [1, 5, 6, 7, 8, 9, 15, 17, 31, 33]
  private static let families: [kernel_family] = [.avx512, .avx2, .neon, .portable].filter {
    kernel_products_float32($0) != nil
  }

  @Test(arguments: families, extents)
  func float32(family: kernel_family, rows: Int) throws {
    let products = try #require(kernel_products_float32(family)).pointee
    for columns in Self.extents {
      for inner in [1, 3, 16, 257] {
        check(products, rows, inner, columns, elements: inner, tolerance: 1e-5)
      }
    }
  }

  @Test(
    .enabled(if: kernel_products_bfloat16() != nil, "the processor has no AVX512-BF16"),
    arguments: extents, extents)
  func bfloat16(rows: Int, columns: Int) throws {
    let products = try #require(kernel_products_bfloat16()).pointee
    let convert = try #require(products.convert_left)
    for inner in [1, 3, 16, 257] {
      let elements = (inner + 1) / 2
      check(products, rows, inner, columns, elements: elements, tolerance: 0.1)
      _ = GuardedMemory.run(Self.floats(rows * inner, 1), Self.zeros(rows * elements)) {
        convert($0[0], inner, rows, inner, $0[1])
      }
    }
  }

  private static func floats(_ count: Int, _ seed: UInt64) -> [Float] {
    Oracle.random(count, seed: seed).map(Float.init)
  }

  private static func zeros(_ count: Int) -> [Float] { [Float](repeating: 0, count: count) }

  /// Packs both factors and multiplies them, every buffer as long as the header says and no longer.
  private func check(
    _ products: kernel_products, _ rows: Int, _ inner: Int, _ columns: Int, elements: Int,
    tolerance: Double
  ) {
    let (tile, panel) = (products.tile_rows, products.panel_columns)
    let (tiles, panels) = ((rows + tile - 1) / tile, (columns + panel - 1) / panel)
    let (a, b) = (Oracle.random(inner * rows, seed: 1), Oracle.random(inner * columns, seed: 2))
    let left = GuardedMemory.run(a.map(Float.init), Self.zeros(tiles * tile * elements)) {
      products.pack_left($0[0], rows, inner, rows, $0[1])
    }[1]
    let right = GuardedMemory.run(b.map(Float.init), Self.zeros(panels * panel * elements)) {
      products.pack_right($0[0], columns, inner, columns, $0[1])
    }[1]
    let turned = Oracle.transpose(b, rows: inner, columns: columns).map(Float.init)
    let same = GuardedMemory.run(turned, Self.zeros(panels * panel * elements)) {
      products.pack_right_transposed($0[0], inner, columns, inner, $0[1])
    }[1]
    #expect(same.map(\.bitPattern) == right.map(\.bitPattern))
    let product = GuardedMemory.run(left, right, Self.zeros(rows * columns)) {
      products.multiply(
        $0[0], tile * elements, 1, tile, $0[1], panel * elements, $0[2], columns, rows, elements,
        columns, 1, 0, kernel_part(shape: .whole, diagonal: 0))
    }[2]
    let factor = Oracle.transpose(a, rows: inner, columns: rows)
    expectClose(
      product, Oracle.product(factor, b, rows: rows, inner: inner, columns: columns),
      absolute: tolerance)
  }
}
