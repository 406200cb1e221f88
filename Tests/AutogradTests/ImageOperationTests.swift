import Autograd
import AutogradTesting
import CKernels
import TestSupport
import Testing

/// Convolution and pooling: values against plain loops in double precision, pullbacks against finite differences.
@Suite struct ImageOperationTests {
  private static func image(_ shape: Shape, seed: UInt64) -> (tensor: Tensor, values: [Double]) {
    let values = Oracle.random(shape.count, seed: seed)
    return (Tensor(values.map(Float.init), shape: shape), values)
  }

  /// Images smaller than a neighbourhood, of one row, of one column, and larger ones that are not square.
  @Test(
    arguments: [[1, 1, 1], [1, 5, 2], [4, 1, 3], [2, 2, 1], [5, 7, 3]],
    [1, 3, 5])
  func convolutionIsThatOfPlainLoops(extents: [Int], size: Int) {
    let (height, width, channels, outputs) = (extents[0], extents[1], extents[2], 4)
    let x = Self.image(Shape(extents), seed: 1)
    let filters = Self.image([outputs, size * size * channels], seed: 2)
    let y = x.tensor.convolved(with: filters.tensor, size: size)
    #expect(y.shape == [height, width, outputs])
    var expected: [Double] = []
    for row in 0..<height {
      for column in 0..<width {
        for output in 0..<outputs {
          var sum = 0.0
          for i in 0..<size {
            for j in 0..<size {
              let (line, pixel) = (row + i - size / 2, column + j - size / 2)
              guard (0..<height).contains(line), (0..<width).contains(pixel) else { continue }
              for channel in 0..<channels {
                sum +=
                  x.values[(line * width + pixel) * channels + channel]
                  * filters.values[((output * size + i) * size + j) * channels + channel]
              }
            }
          }
          expected.append(sum)
        }
      }
    }
    expectClose(y.elements, expected)
  }

  @Test(arguments: [[1, 1, 1], [1, 5, 2], [4, 1, 3], [5, 7, 3]], [1, 3, 5])
  func convolutionHasItsGradient(extents: [Int], size: Int) {
    // Linear in either input: differences are exact, however large the step.
    expectGradient(of: [Shape(extents), [4, size * size * extents[2]]], step: 0.1) {
      $0[0].convolved(with: $0[1], size: size)
    }
  }

  /// An image that two convolutions read gets the gradients of both.
  @Test func gradientsOfNeighbourhoodsAddUp() {
    expectGradient(of: [[4, 5, 2]]) { ($0[0].patches(size: 3) * $0[0].patches(size: 3)).sum() }
    expectGradient(of: [[4, 5, 2]]) { $0[0].patches(size: 3).sum() + $0[0].maxPooled(by: 2).sum() }
  }

  @Test(arguments: [([1, 1, 1], 1), ([5, 7, 3], 2), ([9, 6, 17], 3), ([4, 4, 2], 4)])
  func poolingKeepsTheGreatest(extents: [Int], size: Int) {
    let (width, channels) = (extents[1], extents[2])
    let x = Self.image(Shape(extents), seed: 3)
    let y = x.tensor.maxPooled(by: size)
    #expect(y.shape == [extents[0] / size, width / size, channels])
    var expected = [Double](repeating: -.infinity, count: y.shape.count)
    for row in 0..<extents[0] / size * size {
      for column in 0..<width / size * size {
        for channel in 0..<channels {
          let window = (row / size) * (width / size) + column / size
          let value = x.values[(row * width + column) * channels + channel]
          expected[window * channels + channel] = max(expected[window * channels + channel], value)
        }
      }
    }
    expectClose(y.elements, expected, relative: 0, absolute: 0)
  }

  /// A small step, so that the greatest of a window stays the same pixel.
  @Test(arguments: [([5, 7, 3], 2), ([9, 6, 17], 3), ([4, 4, 2], 4)])
  func poolingHasItsGradient(extents: [Int], size: Int) {
    expectGradient(of: Shape(extents), step: 1e-3) { $0.maxPooled(by: size) }
  }

  /// PyTorch gives it to the first too.
  @Test func theFirstOfEqualsGetsTheGradient() {
    let scope = ParameterScope(seed: 0)
    let x = scope.parameter("x", [2, 4, 1], .zeros)
    x.assign([1, 2, 3, 3, 2, 2, 3, 3])
    let gradients = Gradients(of: scope)
    x.value.maxPooled(by: 2).sum().backward(into: gradients)
    #expect(gradients[x].elements == [0, 1, 1, 0, 0, 0, 0, 0])
  }

  /// Neither kernel touches a byte beside its buffers.
  @Test(arguments: [1, 3, 15, 16, 17, 33])
  func kernelsStayInTheirBuffers(channels: Int) {
    let (height, width, size) = (5, 4, 2)
    let windows = height / size * (width / size) * channels
    let x = Oracle.random(height * width * channels, seed: 4).map(Float.init)
    let zeros = [Float](repeating: 0, count: height * width * channels)
    let pooled = GuardedMemory.run(x, Array(zeros.prefix(windows))) {
      kernel_max_pool($0[0], $0[1], height, width, channels, size)
    }
    let ones = [Float](repeating: 1, count: windows)
    let result = GuardedMemory.run(x, pooled[1], ones, Array(zeros.prefix(channels)), zeros) {
      kernel_max_pool_pullback($0[0], $0[1], $0[2], $0[3], $0[4], height, width, channels, size)
    }
    #expect(result[4].reduce(0, +) == Float(windows))
    #expect(zip(result[4], x).allSatisfy { $0 == 0 || pooled[1].contains($1) })
  }
}
