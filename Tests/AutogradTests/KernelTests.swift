import CKernels
import Foundation
import TestSupport
import Testing

@Suite struct KernelTests {
  @Test func exponentialIsWithinTwoUnitsInTheLastPlace() {
    let x = stride(from: Float(-87), through: 88.7, by: 0.0137).map { $0 }
    var y = [Float](repeating: 0, count: x.count)
    kernel_exp(x, &y, x.count)
    for (argument, result) in zip(x, y) {
      let expected = exp(Double(argument))
      #expect(abs(Double(result) - expected) <= 2 * Double(Float(expected).ulp))
    }
  }

  @Test func exponentialAtTheEdges() {
    let x: [Float] = [0, -0.0, -200, -.infinity, .nan, 88.7]
    var y = [Float](repeating: -1, count: x.count)
    kernel_exp(x, &y, x.count)
    #expect(y[0] == 1 && y[1] == 1 && y[2] == 0 && y[3] == 0 && y[4].isNaN && y[5].isFinite)
  }

  @Test(arguments: [1, 15, 16, 17, 1023, 5000])
  func sumsAgreeWithDoublePrecision(count: Int) {
    let x = Oracle.random(count, seed: 11)
    let floats = x.map(Float.init)
    #expect(abs(kernel_sum(floats, count) - x.reduce(0, +)) < 1e-4)
    let squares = x.reduce(0) { $0 + $1 * $1 }
    #expect(abs(kernel_sum_of_squares(floats, count) - squares) < 1e-6 * squares + 1e-12)
  }

  /// In place over the first vector, with a count on both sides of the kernel's block, to the bit.
  @Test(arguments: [1, 2, 5], [1, 64, 100, 1000])
  func vectorsAreAddedInOrder(vectors: Int, count: Int) {
    let x = (0..<vectors).map { Oracle.random(count, seed: UInt64($0)).map(Float.init) }
    let expected = (0..<count).map { i in x.dropFirst().reduce(x[0][i]) { $0 + $1[i] } }
    let memory = x.map { vector in
      let memory = UnsafeMutablePointer<Float>.allocate(capacity: count)
      memory.initialize(from: vector, count: count)
      return memory
    }
    kernel_sum_vectors(memory.map { UnsafePointer($0) }, vectors, memory[0], count)
    #expect(Array(UnsafeBufferPointer(start: memory[0], count: count)) == expected)
    for pointer in memory { pointer.deallocate() }
  }

  @Test(arguments: [(1, 1), (3, 17), (40, 33)])
  func transposeTwiceIsTheIdentity(rows: Int, columns: Int) {
    let x = Oracle.random(rows * columns, seed: 12).map(Float.init)
    var once = [Float](repeating: 0, count: x.count)
    var twice = once
    kernel_transpose(x, &once, rows, columns)
    kernel_transpose(once, &twice, columns, rows)
    #expect(twice == x)
    #expect(once[0] == x[0] && once[rows - 1] == x[(rows - 1) * columns])
  }

  /// Masked scores count for nothing, whatever they are, and become zero; columns end inside a vector.
  @Test(arguments: [1.0, -0.5, 0], [1, 15, 16, 17, 40])
  func causalSoftmaxIgnoresWhatIsMasked(scale: Double, columns: Int) {
    let (rows, stride, visible) = (6, 43, 3)
    var scores = Oracle.random(rows * stride, seed: 13).map { Float(20 * $0) }
    let expected = (0..<rows).flatMap { row -> [Double] in
      let seen = min(visible + row, columns)
      let scaled = scores[row * stride..<row * stride + seen].map { scale * Double($0) }
      let largest = scaled.max() ?? 0
      let weights = scaled.map { exp($0 - largest) }
      let total = weights.reduce(0, +)
      return weights.map { $0 / total } + [Double](repeating: 0, count: columns - seen)
    }
    for row in 0..<rows {
      for masked in min(visible + row, columns)..<columns {
        scores[row * stride + masked] = masked.isMultiple(of: 2) ? .nan : 1e30
      }
    }
    kernel_causal_softmax(&scores, rows, columns, stride, visible, Float(scale))
    let actual = (0..<rows).flatMap { scores[$0 * stride..<$0 * stride + columns] }
    expectClose(actual, expected)
  }

  /// A first write must not read what was there: uninitialized memory may hold a NaN.
  @Test func overwritingIgnoresWhatTheOutputHeld() {
    let x: [Float] = [1, -2, 3, 4]
    let one: [Float] = [1, 1]
    let zero: [Float] = [0, 0]
    var y = [Float](repeating: .nan, count: 4)
    kernel_rotate(x, one, zero, &y, 1, 1, 4, 1, false)
    #expect(y == x)
    y = [Float](repeating: .nan, count: 4)
    kernel_rms_norm_rotate_pullback(x, x, one, zero, &y, 1, 1, 4, 1, 0)
    #expect(y.allSatisfy { abs($0) < 1e-6 })
    y = [Float](repeating: .nan, count: 4)
    kernel_squared_relu_pullback(x, x, &y, 4, false)
    #expect(y == [2, 0, 18, 32])
    y = [Float](repeating: .nan, count: 4)
    kernel_multiply(x, x, &y, 4, false)
    #expect(y == [1, 4, 9, 16])
    y = [Float](repeating: .nan, count: 4)
    kernel_rms_norm_pullback(x, x, &y, 1, 4, 0, false)
    #expect(y.allSatisfy { abs($0) < 1e-6 })
    y = [Float](repeating: .nan, count: 4)
    kernel_softcap_pullback(x, x, &y, 4, 1, false)
    #expect(y.allSatisfy { !$0.isNaN })
    y = [Float](repeating: .nan, count: 4)
    kernel_softcapped_cross_entropy_pullback(x, [0], [5], 1, &y, 1, 4, 15, false)
    #expect(y.allSatisfy { !$0.isNaN })
  }
}
