import Autograd
import TestSupport
import Testing

/// Products with every layout, precision and extent against plain loops.
@Suite struct ProductTests {
  /// The ways to multiply on this processor.
  static let ways: [Way] = {
    var ways = ProductKernels.allCases.filter(\.isSupported).map {
      Way(precision: .float32, kernels: $0)
    }
    if Precision.bfloat16.problem == nil {
      ways.append(Way(precision: .bfloat16, kernels: .avx512))
    }
    return ways
  }()

  struct Way: CustomTestStringConvertible, Sendable {
    let precision: Precision
    let kernels: ProductKernels
    var testDescription: String { "\(precision), \(kernels)" }
  }

  /// Rows, inner and columns: single elements, odd extents, whole tiles, several blocks of the inner extent and of rows.
  static let extents = [
    (1, 1, 1), (3, 5, 7), (8, 32, 32), (9, 33, 31), (17, 2, 65), (7, 64, 33), (64, 300, 48),
    (16, 1030, 40), (5, 513, 16), (6, 16, 16), (13, 9, 15), (271, 20, 18),
  ]

  /// Eighths below 2 are exact in bfloat16, and their products and sums in float32, so that every way must
  /// give the exact result.
  private func eighths(_ count: Int, seed: UInt64) -> [Float] {
    var random = SplitMix64(seed: seed)
    return (0..<count).map { _ in Float(Int(random.next() % 31) - 15) / 8 }
  }

  /// `alpha left right + beta output`, with rows of `output` `stride` elements apart.
  private func product(
    _ a: [Float], _ b: [Float], _ extents: (rows: Int, inner: Int, columns: Int),
    orientations: (left: Matrix.Orientation, right: Matrix.Orientation) = (.normal, .normal),
    leading: (inner: Int, columns: Int)? = nil, innerPart: Range<Int>? = nil, way: Way,
    output: [Float], stride: Int, alpha: Float = 1, beta: Float = 0, part: ProductPart = .whole
  ) -> [Float] {
    let (left, right) = orientations
    let (rows, inner, columns) = extents
    var output = output
    a.withUnsafeBufferPointer { a in
      b.withUnsafeBufferPointer { b in
        guard let a = a.baseAddress, let b = b.baseAddress else { return }
        let factor = RightFactor(
          Matrix(b, stride: right == .normal ? columns : inner, right), inner: inner,
          columns: columns, precision: way.precision, kernels: way.kernels)
        MatrixProduct.multiply(
          Matrix(a, stride: left == .normal ? inner : rows, left),
          factor.rows(innerPart ?? 0..<(leading?.inner ?? inner), columns: leading?.columns),
          into: &output, stride: stride, rows: rows, alpha: alpha, beta: beta, part: part)
      }
    }
    return output
  }

  @Test(arguments: ways, extents)
  func productsAreExactWhereRoundingIsNot(way: Way, extents: (Int, Int, Int)) {
    let (rows, inner, columns) = extents
    let a = eighths(rows * inner, seed: 1)
    let b = eighths(inner * columns, seed: 2)
    // Rows of the output are 3 elements further apart than they need to be; those must stay.
    let stride = columns + 3
    for left in [Matrix.Orientation.normal, .transposed] {
      for right in [Matrix.Orientation.normal, .transposed] {
        let (plainA, plainB) = (a.map(Double.init), b.map(Double.init))
        let exact = Oracle.product(
          left == .normal ? plainA : Oracle.transpose(plainA, rows: inner, columns: rows),
          right == .normal ? plainB : Oracle.transpose(plainB, rows: columns, columns: inner),
          rows: rows, inner: inner, columns: columns)
        let fresh = product(
          a, b, extents, orientations: (left, right), way: way,
          output: [Float](repeating: .nan, count: rows * stride), stride: stride)
        let added = product(
          a, b, extents, orientations: (left, right), way: way,
          output: [Float](repeating: 2, count: rows * stride), stride: stride, alpha: -0.5, beta: 3)
        for row in 0..<rows {
          let start = row * stride
          let expected = exact[row * columns..<(row + 1) * columns].map(Float.init)
          #expect(Array(fresh[start..<start + columns]) == expected)
          #expect(Array(added[start..<start + columns]) == expected.map { 6 - $0 / 2 })
          #expect(fresh[start + columns..<start + stride].allSatisfy { $0.isNaN })
          #expect(added[start + columns..<start + stride].allSatisfy { $0 == 2 })
        }
      }
    }
  }

  /// A product that is known to be symmetric: on and above the diagonal it is the whole product.
  @Test(arguments: ways, [1, 31, 32, 33, 100, 150])
  func productsAboveTheDiagonal(way: Way, order: Int) {
    for (inner, isSquare) in [(45, false), (45, true), (530, true)] {
      productAboveTheDiagonal(way: way, order: order, inner: inner, isSquare: isSquare)
    }
  }

  private func productAboveTheDiagonal(way: Way, order: Int, inner: Int, isSquare: Bool) {
    let a = eighths(order * inner, seed: 7)
    let whole = Oracle.product(
      a.map(Double.init), Oracle.transpose(a.map(Double.init), rows: order, columns: inner),
      rows: order, inner: inner, columns: order)
    var half = [Float](repeating: .nan, count: order * order)
    a.withUnsafeBufferPointer { a in
      guard let a = a.baseAddress else { return }
      let factor = RightFactor(
        Matrix(a, stride: inner, .transposed), inner: inner, columns: order,
        precision: way.precision, kernels: way.kernels)
      MatrixProduct.multiplyAboveDiagonal(
        Matrix(a, stride: inner), factor, into: &half, order: order, alpha: 2, isSquare: isSquare)
    }
    for row in 0..<order {
      for column in row..<order {
        let index = row * order + column
        #expect(half[index] == Float(2 * whole[index]))
      }
    }
  }

  /// What a part keeps is the whole product's, and what it leaves out of the left factor is zero there anyway.
  @Test(arguments: ways, [0, 1, 8, 37, 64])
  func partsOfProducts(way: Way, diagonal: Int) {
    let (rows, inner, columns) = (75, 300, 133)
    let parts: [(ProductPart, left: (Int, Int) -> Bool, product: (Int, Int) -> Bool)] = [
      (.lower(diagonal: diagonal), { _, _ in true }, { $1 <= $0 + diagonal }),
      (.leftLower(diagonal: diagonal), { $1 <= $0 + diagonal }, { _, _ in true }),
      (.leftUpper(diagonal: diagonal), { $0 <= $1 + diagonal }, { _, _ in true }),
    ]
    let b = eighths(inner * columns, seed: 9)
    for (part, left, product) in parts {
      let a = eighths(rows * inner, seed: 8).enumerated().map { index, value in
        left(index / inner, index % inner) ? value : 0
      }
      let exact = Oracle.product(
        a.map(Double.init), b.map(Double.init), rows: rows, inner: inner, columns: columns)
      for orientation in [Matrix.Orientation.normal, .transposed] {
        let factor =
          orientation == .normal
          ? a
          : Oracle.transpose(a.map(Double.init), rows: rows, columns: inner).map(Float.init)
        let y = self.product(
          factor, b, (rows, inner, columns), orientations: (orientation, .normal), way: way,
          output: [Float](repeating: 2, count: rows * columns), stride: columns, beta: 1,
          part: part)
        for index in y.indices where product(index / columns, index % columns) {
          #expect(y[index] == Float(exact[index]) + 2)
        }
      }
    }
  }

  /// A factor's rows from an even one on are the factor of a smaller product.
  @Test(arguments: ways)
  func rowsOfAFactor(way: Way) {
    let (rows, inner, columns) = (9, 70, 75)
    let a = eighths(rows * inner, seed: 3)
    let b = eighths(inner * columns, seed: 4)
    for part in [0..<70, 2..<70, 64..<67, 32..<32] {
      let exact = Oracle.product(
        (0..<rows * part.count).map {
          Double(a[$0 / part.count * inner + $0 % part.count])
        },
        b[part.lowerBound * columns..<part.upperBound * columns].map(Double.init),
        rows: rows, inner: part.count, columns: columns)
      let y = product(
        a, b, (rows, inner, columns), innerPart: part, way: way,
        output: [Float](repeating: .nan, count: rows * columns), stride: columns)
      #expect(y == exact.map(Float.init))
    }
  }

  /// A factor's first rows or columns are the factor of a smaller product.
  @Test(arguments: ways)
  func leadingPartsOfAFactor(way: Way) {
    let (rows, inner, columns) = (9, 70, 75)
    let a = eighths(rows * inner, seed: 3)
    let b = eighths(inner * columns, seed: 4)
    // An odd part: the neighbour it is paired with in bfloat16 must not count.
    for (fewer, narrower) in [(70, 40), (33, 75), (1, 1), (64, 64)] {
      let exact = Oracle.product(
        (0..<rows * fewer).map { Double(a[$0 / fewer * inner + $0 % fewer]) },
        (0..<fewer * narrower).map { Double(b[$0 / narrower * columns + $0 % narrower]) },
        rows: rows, inner: fewer, columns: narrower)
      let y = product(
        a, b, (rows, inner, columns), leading: (fewer, narrower), way: way,
        output: [Float](repeating: .nan, count: rows * narrower), stride: narrower)
      #expect(y == exact.map(Float.init))
    }
  }

  @Test(.enabled(if: Precision.bfloat16.problem == nil, "the processor has no AVX512-BF16"))
  func bfloat16RoundsFactorsToNearestEven() {
    let extents = (rows: 24, inner: 97, columns: 40)
    let a = Oracle.random(extents.rows * extents.inner, seed: 5)
    let b = Oracle.random(extents.inner * extents.columns, seed: 6)
    func rounded(_ x: Double) -> Double {
      let bits = Float(x).bitPattern
      return Double(Float(bitPattern: (bits + 0x7fff + (bits >> 16 & 1)) & 0xffff_0000))
    }
    let expected = Oracle.product(
      a.map(rounded), b.map(rounded), rows: extents.rows, inner: extents.inner,
      columns: extents.columns)
    let y = product(
      a.map(Float.init), b.map(Float.init), extents,
      way: Way(precision: .bfloat16, kernels: .avx512),
      output: [Float](repeating: 0, count: extents.rows * extents.columns),
      stride: extents.columns)
    // Far below the 2e-3 that rounding the other way would make.
    expectClose(y, expected, relative: 1e-5, absolute: 1e-5)
  }

  @Test(arguments: ways)
  func whatIsNoNumberStaysNone(way: Way) {
    let y = product(
      [.nan, 0, 0, .infinity, 1, 2], [1, 1], (3, 2, 1), way: way, output: [0, 0, 0], stride: 1)
    #expect(y[0].isNaN && y[1] == .infinity && y[2] == 3)
  }
}
