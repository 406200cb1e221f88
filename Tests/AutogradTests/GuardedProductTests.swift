import CKernels
import TestSupport
import Testing

/// The matrix products and what packs for them, between guarded pages; they need AVX-512, and run where it is.
@Suite struct GuardedProductTests {
  private static let extents = [1, 7, 8, 9, 15, 17, 31, 33]

  @Test(
    .enabled(if: kernel_supports_float32_products(), "the processor has no AVX-512"),
    arguments: extents, extents)
  func float32(rows: Int, columns: Int) {
    for inner in [1, 3, 16, 257] {
      check(
        rows, inner, columns, elements: inner, tolerance: 1e-5, packLeft: kernel_pack_left_float32,
        packRight: kernel_pack_right_float32,
        packTransposed: kernel_pack_right_transposed_float32, multiply: kernel_multiply_float32)
    }
  }

  @Test(
    .enabled(if: kernel_supports_bfloat16_products(), "the processor has no AVX-512 BF16"),
    arguments: extents, extents)
  func bfloat16(rows: Int, columns: Int) {
    for inner in [1, 3, 16, 257] {
      check(
        rows, inner, columns, elements: (inner + 1) / 2, tolerance: 0.1,
        packLeft: kernel_pack_left_bfloat16, packRight: kernel_pack_right_bfloat16,
        packTransposed: kernel_pack_right_transposed_bfloat16,
        multiply: kernel_multiply_bfloat16)
      let elements = (inner + 1) / 2
      _ = GuardedMemory.run(Self.floats(rows * inner, 1), Self.zeros(rows * elements)) {
        kernel_convert_left_bfloat16($0[0], inner, rows, inner, $0[1])
      }
    }
  }

  private typealias Pack = (UnsafePointer<Float>, Int, Int, Int, UnsafeMutableRawPointer) -> Void
  private typealias Multiply = (
    UnsafeRawPointer, Int, Int, Int, UnsafeRawPointer, Int, UnsafeMutablePointer<Float>, Int, Int,
    Int, Int, Float, Float, Bool
  ) -> Void

  private static func floats(_ count: Int, _ seed: UInt64) -> [Float] {
    Oracle.random(count, seed: seed).map(Float.init)
  }

  private static func zeros(_ count: Int) -> [Float] { [Float](repeating: 0, count: count) }

  /// Packs both factors and multiplies them, every buffer as long as the header says and no longer.
  private func check(
    _ rows: Int, _ inner: Int, _ columns: Int, elements: Int, tolerance: Double, packLeft: Pack,
    packRight: Pack, packTransposed: Pack, multiply: Multiply
  ) {
    let (tile, panel) = (Int(kernel_tile_rows), Int(kernel_panel_columns))
    let (tiles, panels) = ((rows + tile - 1) / tile, (columns + panel - 1) / panel)
    let (a, b) = (Oracle.random(inner * rows, seed: 1), Oracle.random(inner * columns, seed: 2))
    let left = GuardedMemory.run(a.map(Float.init), Self.zeros(tiles * tile * elements)) {
      packLeft($0[0], rows, inner, rows, $0[1])
    }[1]
    let right = GuardedMemory.run(b.map(Float.init), Self.zeros(panels * panel * elements)) {
      packRight($0[0], columns, inner, columns, $0[1])
    }[1]
    let turned = Oracle.transpose(b, rows: inner, columns: columns).map(Float.init)
    let same = GuardedMemory.run(turned, Self.zeros(panels * panel * elements)) {
      packTransposed($0[0], inner, columns, inner, $0[1])
    }[1]
    #expect(same.map(\.bitPattern) == right.map(\.bitPattern))
    let product = GuardedMemory.run(left, right, Self.zeros(rows * columns)) {
      multiply(
        $0[0], tile * elements, 1, tile, $0[1], panel * elements, $0[2], columns, rows, elements,
        columns, 1, 0, false)
    }[2]
    let factor = Oracle.transpose(a, rows: inner, columns: rows)
    expectClose(
      product, Oracle.product(factor, b, rows: rows, inner: inner, columns: columns),
      absolute: tolerance)
  }
}
