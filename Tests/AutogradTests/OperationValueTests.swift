import Autograd
import Foundation
import TestSupport
import Testing

/// Every operation's forward against a plain double-precision version.
@Suite struct OperationValueTests {
  private func tensor(_ values: [Double], _ shape: Shape) -> Tensor {
    Tensor(values.map(Float.init), shape: shape)
  }

  @Test(arguments: [(3, 5, 7), (1, 1, 1), (64, 33, 17), (130, 65, 70)])
  func products(rows: Int, inner: Int, columns: Int) {
    let a = Oracle.random(rows * inner, seed: 1)
    let b = Oracle.random(inner * columns, seed: 2)
    let expected = Oracle.product(a, b, rows: rows, inner: inner, columns: columns)
    let weight = Oracle.transpose(b, rows: inner, columns: columns)
    let x = tensor(a, [rows, inner])
    let product = x.matrixMultiplied(by: tensor(b, [inner, columns]))
    expectClose(product.elements, expected, absolute: 1e-5)
    expectClose(x.linear(tensor(weight, [columns, inner])).elements, expected, absolute: 1e-5)
  }

  @Test(arguments: [1, 63, 64, 65, 200])
  func attention(positions: Int) {
    let (heads, size) = (3, 8)
    let shape: Shape = [positions, heads * size]
    let (q, k, v) = (
      Oracle.random(shape.count, seed: 3), Oracle.random(shape.count, seed: 4),
      Oracle.random(shape.count, seed: 5)
    )
    let y = causalAttention(
      queries: tensor(q, shape), keys: tensor(k, shape), values: tensor(v, shape), heads: heads,
      scale: 0.7)
    let expected = Oracle.causalAttention(
      q: q, k: k, v: v, positions: positions, heads: heads, size: size, scale: 0.7)
    expectClose(y.elements, expected, relative: 1e-5, absolute: 2e-6)
  }

  /// Large scores of either sign: the softmax must subtract the largest scaled score.
  @Test(arguments: [-300.0, 300.0])
  func attentionOfLargeScoresStaysFinite(scale: Double) {
    let shape: Shape = [9, 4]
    let (q, k, v) = (
      Oracle.random(36, seed: 3), Oracle.random(36, seed: 4), Oracle.random(36, seed: 5)
    )
    let y = causalAttention(
      queries: tensor(q, shape), keys: tensor(k, shape), values: tensor(v, shape), heads: 1,
      scale: Float(scale))
    let expected = Oracle.causalAttention(
      q: q, k: k, v: v, positions: 9, heads: 1, size: 4, scale: scale)
    expectClose(y.elements, expected, relative: 1e-4, absolute: 1e-4)
  }

  @Test func aProductOverNothingIsZero() {
    let empty = Tensor([], shape: [3, 0]).matrixMultiplied(by: Tensor([], shape: [0, 2]))
    #expect(empty.elements == [0, 0, 0, 0, 0, 0])
  }

  @Test(arguments: [1, 7, 16, 257])
  func normsAndActivations(columns: Int) {
    let x = Oracle.random(3 * columns, seed: 6).map { 4 * $0 }
    let shape: Shape = [3, columns]
    expectClose(
      tensor(x, shape).rmsNorm(epsilon: 0.01).elements,
      Oracle.rmsNorm(x, columns: columns, epsilon: 0.01))
    expectClose(tensor(x, shape).squaredReLU().elements, x.map { max($0, 0) * max($0, 0) })
    expectClose(tensor(x, shape).softcapped(at: 3).elements, Oracle.softcap(x, cap: 3))
  }

  @Test(arguments: [2, 7, 1000])
  func crossEntropyEqualsItsComposition(classes: Int) {
    let logits = Oracle.random(4 * classes, seed: 8).map { 40 * $0 }
    let targets = [0, classes - 1, 1, 0]
    let expected = Oracle.crossEntropy(
      Oracle.softcap(logits, cap: 15), targets: targets, columns: classes)
    let loss = tensor(logits, [4, classes])
      .softcappedCrossEntropy(targets: targets.map(UInt16.init), cap: 15)
    expectClose([loss.scalar], [expected])
  }

  /// The lowest pair turns by one radian a position, the next ones slower, and the second half not at all.
  @Test func rotationTurnsTheFirstHalfOfThePairs() {
    let table = RotaryTable(positions: 3, headSize: 8, base: 100)
    let x = Oracle.random(3 * 8, seed: 9)
    var expected = x
    for position in 0..<3 {
      for (pair, frequency) in [1.0, 0.01].enumerated() {
        let angle = Double(position) * frequency
        let (a, b) = (x[position * 8 + pair], x[position * 8 + 4 + pair])
        expected[position * 8 + pair] = a * cos(angle) + b * sin(angle)
        expected[position * 8 + 4 + pair] = b * cos(angle) - a * sin(angle)
      }
    }
    expectClose(tensor(x, [3, 8]).rotated(by: table).elements, expected)
  }

  /// Head sizes on both sides of a vector's width, of which a quarter turns.
  @Test(arguments: [4, 8, 20, 64, 132])
  func normalizedRotationEqualsItsComposition(headSize: Int) {
    let table = RotaryTable(positions: 7, headSize: headSize, base: 100)
    let x = Oracle.random(5 * 3 * headSize, seed: 10).map { 4 * $0 }
    let shape: Shape = [5, 3 * headSize]
    let normalized = tensor(x, [5 * 3, headSize]).rmsNorm(epsilon: 0.5).reshaped(to: shape)
    expectClose(
      tensor(x, shape).normalizedAndRotated(by: table, epsilon: 0.5).elements,
      normalized.rotated(by: table).elements.map(Double.init))
  }

  @Test func gatherCopiesRows() {
    let table = tensor([1, 2, 3, 4, 5, 6], [3, 2])
    #expect(table.gathering([2, 0, 2]).elements == [5, 6, 1, 2, 5, 6])
  }

  @Test func arithmeticAndReductions() {
    let (a, b) = (Tensor([1, 2, 3], shape: [3]), Tensor([4, 5, 7], shape: [3]))
    #expect((a + b).elements == [5, 7, 10])
    #expect((a - b).elements == [-3, -3, -4])
    #expect((a * b).elements == [4, 10, 21])
    #expect(a.scaled(by: 2).elements == [2, 4, 6])
    #expect(a.sum().scalar == 6)
    #expect(a.mean().scalar == 2)
  }

  /// A million terms summed in float32 would be off in the third digit.
  @Test func longSumsKeepTheirPrecision() {
    let x = Tensor(repeating: 0.1, shape: [1 << 20])
    #expect(abs(Double(x.mean().scalar) - Double(Float(0.1))) < 1e-7)
  }
}
