import CKernels
import Foundation
import TestSupport
import Testing

/// Every kernel whose width is chosen at run time, with counts on both sides of every vector and block: none touches a byte
/// beside its buffers, and each computes what a plain loop does.
@Suite struct GuardedKernelTests {
  static let counts = [1, 3, 7, 8, 15, 16, 17, 31, 33, 63, 64, 65, 1023, 1025]
  static let extents = [1, 3, 7, 15, 16, 17, 31, 33, 65]

  private static func random(_ count: Int, _ seed: UInt64) -> (floats: [Float], doubles: [Double]) {
    let numbers = Oracle.random(count, seed: seed)
    return (numbers.map(Float.init), numbers)
  }

  @Test(arguments: counts)
  func elementwise(count: Int) {
    let (a, b, c) = (Self.random(count, 1), Self.random(count, 2), Self.random(count, 3))
    typealias Buffers = [UnsafeMutablePointer<Float>]
    func check(
      _ name: String, _ kernel: (Buffers) -> Void,
      _ expected: (_ a: Double, _ b: Double, _ c: Double) -> Double
    ) {
      let result = GuardedMemory.run(a.floats, b.floats, c.floats, kernel: kernel)
      expectClose(
        result[2], (0..<count).map { expected(a.doubles[$0], b.doubles[$0], c.doubles[$0]) },
        "\(name) of \(count)")
    }
    check("add", { kernel_add($0[0], $0[1], $0[2], count) }, { a, b, _ in a + b })
    check("add scaled", { kernel_add_scaled(0.5, $0[0], $0[2], count) }, { a, _, c in c + 0.5 * a })
    check("scale", { kernel_scale(0.5, $0[0], $0[2], count) }, { a, _, _ in 0.5 * a })
    check("scale in place", { kernel_scale(0.5, $0[2], $0[2], count) }, { _, _, c in 0.5 * c })
    check("exponential", { kernel_exp($0[0], $0[2], count) }, { a, _, _ in exp(a) })
    check("sigmoid", { kernel_sigmoid($0[0], $0[2], count) }, { a, _, _ in 1 / (1 + exp(-a)) })
    check(
      "squared ReLU", { kernel_squared_relu($0[0], $0[2], count) },
      { a, _, _ in max(a, 0) * max(a, 0) })
    check("ReLU", { kernel_relu($0[0], $0[2], count) }, { a, _, _ in max(a, 0) })
    check(
      "softcap", { kernel_softcap($0[0], $0[2], count, 2) },
      { a, _, _ in 2 * a / (a * a + 4).squareRoot() })
    for accumulate in [false, true] {
      let kept = accumulate ? 1.0 : 0
      check(
        "multiply", { kernel_multiply($0[0], $0[1], $0[2], count, accumulate) },
        { a, b, c in kept * c + a * b })
      check(
        "squared ReLU's pullback",
        { kernel_squared_relu_pullback($0[0], $0[1], $0[2], count, accumulate) },
        { a, b, c in kept * c + 2 * max(a, 0) * b })
      check(
        "ReLU's pullback", { kernel_relu_pullback($0[0], $0[1], $0[2], count, accumulate) },
        { a, b, c in kept * c + (a > 0 ? b : 0) })
      check(
        "softcap's pullback",
        { kernel_softcap_pullback($0[0], $0[1], $0[2], count, 2, accumulate) },
        { a, b, c in kept * c + b * 8 / pow(a * a + 4, 1.5) })
    }
    let pointers = GuardedMemory.run(a.floats, b.floats, c.floats) { buffers in
      kernel_sum_vectors(buffers.map { UnsafePointer($0) }, 3, buffers[0], count)
    }
    expectClose(pointers[0], (0..<count).map { a.doubles[$0] + b.doubles[$0] + c.doubles[$0] })
  }

  @Test(arguments: counts)
  func sums(count: Int) {
    let x = Self.random(count, 4)
    var sums: [Double] = []
    _ = GuardedMemory.run(x.floats) { buffers in
      sums = [kernel_sum(buffers[0], count), kernel_sum_of_squares(buffers[0], count)]
    }
    #expect(abs(sums[0] - x.doubles.reduce(0, +)) < 1e-4)
    #expect(abs(sums[1] - x.doubles.reduce(0) { $0 + $1 * $1 }) < 1e-6 * Double(count))
  }

  @Test(arguments: counts)
  func optimizers(count: Int) {
    let (gradient, state, weights) = (
      Self.random(count, 5), Self.random(count, 6), Self.random(count, 7)
    )
    let squares = state.floats.map { $0 * $0 }
    let nesterov = GuardedMemory.run(gradient.floats, state.floats, weights.floats) {
      kernel_momentum($0[0], $0[1], $0[2], count, 0.75)
    }
    let momentum = zip(state.doubles, gradient.doubles).map { $0 + 0.25 * ($1 - $0) }
    expectClose(nesterov[1], momentum)
    expectClose(nesterov[2], zip(gradient.doubles, momentum).map { $0 + 0.75 * ($1 - $0) })
    let adam = GuardedMemory.run(weights.floats, gradient.floats, state.floats, squares) {
      kernel_adamw($0[0], $0[1], $0[2], $0[3], count, 0.75, 0.5, 1e-3, 0.5, 0.25, 2)
    }
    let second = zip(squares, gradient.doubles).map { 0.5 * Double($0) + 0.5 * $1 * $1 }
    expectClose(adam[2], momentum)
    expectClose(adam[3], second)
    expectClose(
      adam[0],
      (0..<count).map {
        0.5 * weights.doubles[$0] - 0.25 * momentum[$0] / (2 * second[$0].squareRoot() + 1e-3)
      }, relative: 1e-4)
  }

  @Test(arguments: extents, extents)
  func matrices(rows: Int, columns: Int) {
    let x = Self.random(rows * columns, 8)
    let zeros = [Float](repeating: 0, count: rows * columns)
    let transposed = GuardedMemory.run(x.floats, zeros) {
      kernel_transpose($0[0], $0[1], rows, columns)
    }
    #expect(
      transposed[1] == Oracle.transpose(x.doubles, rows: rows, columns: columns).map(Float.init))
    guard rows == columns else { return }
    let mirrored = GuardedMemory.run(x.floats) { kernel_mirror($0[0], rows) }[0]
    let added = GuardedMemory.run(x.floats, zeros) {
      kernel_add_above_diagonal(3, 0.5, $0[0], $0[1], rows)
    }[1]
    for i in 0..<rows {
      for j in 0..<rows {
        #expect(mirrored[i * rows + j] == x.floats[min(i, j) * rows + max(i, j)])
        let expected = j < i ? 0 : 0.5 * x.floats[i * rows + j] + (i == j ? 3 : 0)
        #expect(abs(added[i * rows + j] - expected) < 1e-6)
      }
    }
  }

  @Test(arguments: [1, 3, 5], extents)
  func rows(rows: Int, columns: Int) {
    let (x, dy) = (Self.random(rows * columns, 9), Self.random(rows * columns, 10))
    let normal = GuardedMemory.run(x.floats, dy.floats) {
      kernel_rms_norm($0[0], $0[1], rows, columns, 0.1)
    }
    expectClose(normal[1], Oracle.rmsNorm(x.doubles, columns: columns, epsilon: 0.1))
    let results = [false, true].map { accumulate in
      GuardedMemory.run(x.floats, dy.floats, x.floats) {
        kernel_rms_norm_pullback($0[0], $0[1], $0[2], rows, columns, 0.1, accumulate)
      }[2]
    }
    expectClose(results[1], zip(results[0], x.doubles).map { Double($0) + $1 })

    let softmax = GuardedMemory.run(x.floats) {
      kernel_causal_softmax($0[0], rows, columns, columns, 1, 2)
    }[0]
    let sums = (0..<rows).map { softmax[$0 * columns..<($0 + 1) * columns].reduce(0, +) }
    expectClose(sums, [Double](repeating: 1, count: rows))
    let pullback = GuardedMemory.run(softmax, dy.floats) {
      kernel_causal_softmax_pullback($0[0], $0[1], rows, columns, columns, 1, 2)
    }[1]
    let flat = (0..<rows).map { pullback[$0 * columns..<($0 + 1) * columns].reduce(0, +) }
    expectClose(flat, [Double](repeating: 0, count: rows), absolute: 1e-5)
  }

  @Test(arguments: [1, 3, 5], extents)
  func crossEntropy(rows: Int, columns: Int) {
    let logits = Self.random(rows * columns, 11)
    let targets = (0..<rows).map { UInt16((7 * $0 + columns - 1) % columns) }
    let zeros = [Float](repeating: 0, count: rows)
    for edge in GuardedMemory.Edge.allCases {
      let memory = GuardedMemory(targets, at: edge)
      let indices = memory.pointer(UInt16.self)
      let forward = GuardedMemory.run(logits.floats, zeros, zeros) {
        kernel_softcapped_cross_entropy($0[0], indices, $0[1], $0[2], rows, columns, 15)
      }
      let capped = Oracle.softcap(logits.doubles, cap: 15)
      let mean = Oracle.crossEntropy(capped, targets: targets.map(Int.init), columns: columns)
      expectClose([forward[2].reduce(0, +) / Float(rows)], [mean], absolute: 1e-5)
      let backward = [false, true].map { accumulate in
        GuardedMemory.run(logits.floats, forward[1], logits.floats) {
          kernel_softcapped_cross_entropy_pullback(
            $0[0], indices, $0[1], 0.5, $0[2], rows, columns, 15, accumulate)
        }[2]
      }
      expectClose(backward[1], zip(backward[0], logits.doubles).map { Double($0) + $1 })
      withExtendedLifetime(memory) {}
    }
  }

  @Test(arguments: [1, 3, 5], extents)
  func scattering(rows: Int, columns: Int) {
    let (x, weights) = (Self.random(rows * columns, 14), Self.random(rows, 15))
    let zeros = [Float](repeating: 0, count: 3 * columns)
    let indices = (0..<rows).map { UInt16(2 * $0 % 3) }
    for edge in GuardedMemory.Edge.allCases {
      let memory = GuardedMemory(indices, at: edge)
      let targets = memory.pointer(UInt16.self)
      let sums = GuardedMemory.run(x.floats, weights.floats, zeros) {
        kernel_scatter_rows($0[0], $0[1], targets, $0[2], rows, columns)
      }[2]
      var expected = zeros.map(Double.init)
      for (row, index) in indices.enumerated() {
        for i in 0..<columns {
          expected[Int(index) * columns + i] += weights.doubles[row] * x.doubles[row * columns + i]
        }
      }
      expectClose(sums, expected)
      for accumulate in [false, true] {
        let kept = accumulate ? 1.0 : 0
        let back = GuardedMemory.run(sums, weights.floats, x.floats) {
          kernel_scatter_rows_pullback($0[0], $0[1], targets, $0[2], rows, columns, accumulate)
        }[2]
        let products = GuardedMemory.run(sums, x.floats, weights.floats) {
          kernel_scatter_weights_pullback($0[0], $0[1], targets, $0[2], rows, columns, accumulate)
        }[2]
        for row in 0..<rows {
          let (mine, there) = (row * columns, Int(indices[row]) * columns)
          let sum = (0..<columns).reduce(kept * weights.doubles[row]) {
            $0 + x.doubles[mine + $1] * Double(sums[there + $1])
          }
          #expect(abs(Double(products[row]) - sum) < 1e-4)
          for i in 0..<columns {
            let value =
              kept * x.doubles[mine + i] + weights.doubles[row] * Double(sums[there + i])
            #expect(abs(Double(back[mine + i]) - value) < 1e-5)
          }
        }
      }
      withExtendedLifetime(memory) {}
    }
  }

  /// Turning back undoes turning, and turning after the norm is both kernels in one.
  @Test(arguments: [1, 3], [2, 6, 14, 30, 34, 66])
  func rotations(heads: Int, size: Int) {
    let (positions, frequencies) = (3, (size / 2 + 1) / 2)
    let x = Self.random(positions * heads * size, 12)
    let angles = Self.random(positions * frequencies, 13).doubles
    let (cosines, sines) = (angles.map { Float(cos($0)) }, angles.map { Float(sin($0)) })
    func rotated(_ values: [Float], inverse: Bool) -> [Float] {
      GuardedMemory.run(values, cosines, sines, values) {
        kernel_rotate($0[0], $0[1], $0[2], $0[3], positions, heads, size, frequencies, inverse)
      }[3]
    }
    expectClose(rotated(rotated(x.floats, inverse: false), inverse: true), x.doubles)
    let both = GuardedMemory.run(x.floats, cosines, sines, x.floats) {
      kernel_rms_norm_rotate(
        $0[0], $0[1], $0[2], $0[3], positions, heads, size, frequencies, 0.1)
    }[3]
    let normal = Oracle.rmsNorm(x.doubles, columns: size, epsilon: 0.1).map(Float.init)
    expectClose(both, rotated(normal, inverse: false).map(Double.init))

    let pullback = GuardedMemory.run(x.floats, x.floats, cosines, sines, x.floats) {
      kernel_rms_norm_rotate_pullback(
        $0[0], $0[1], $0[2], $0[3], $0[4], positions, heads, size, frequencies, 0.1)
    }[4]
    let turnedBack = rotated(x.floats, inverse: true)
    let separate = GuardedMemory.run(x.floats, turnedBack, x.floats) {
      kernel_rms_norm_pullback($0[0], $0[1], $0[2], positions * heads, size, 0.1, false)
    }[2]
    expectClose(pullback, separate.map(Double.init), absolute: 1e-5)
  }
}
