import Autograd
import Muon
import Testing

@Suite struct PolarFactorTests {
  /// The largest difference of the product with the own transpose, on the shorter side, from 1.
  private func deviationFromOrthogonality(_ matrix: Tensor) -> Float {
    let rows = matrix.shape[0] <= matrix.shape[1] ? matrix : transposed(matrix)
    let (count, length) = (rows.shape[0], rows.shape[1])
    let elements = rows.elements.map(Double.init)
    var largest = 0.0
    for i in 0..<count {
      for j in 0...i {
        let product = (0..<length).reduce(0) {
          $0 + elements[i * length + $1] * elements[j * length + $1]
        }
        largest = max(largest, abs(product - (i == j ? 1 : 0)))
      }
    }
    return Float(largest)
  }

  @Test(arguments: [[12, 12], [8, 20], [20, 8], [1, 7], [7, 1], [128, 96], [96, 128]])
  func isOrthogonal(extents: [Int]) {
    let output = PolarFactor.orthogonalized(randomTensor(Shape(extents), seed: 4))
    #expect(deviationFromOrthogonality(output) < 1e-5)
  }

  /// With vectors `U` and `V`, `U diag(s) V^T` becomes `U V^T`, however far its values are apart.
  @Test(arguments: [[12, 12], [8, 20], [20, 8]])
  func keepsSingularVectors(extents: [Int]) {
    let values = (0..<8).map { 3.0 / Double(1 << (2 * $0)) }
    let input = matrix(extents[0], extents[1], singularValues: values, seed: 5)
    let expected = matrix(
      extents[0], extents[1], singularValues: values.map { _ in 1 }, seed: 5)
    #expect(largestDifference(PolarFactor.orthogonalized(input), expected) < 2e-3)
    let near = matrix(extents[0], extents[1], singularValues: [2, 1.5, 1, 0.5], seed: 5)
    let exact = matrix(extents[0], extents[1], singularValues: [1, 1, 1, 1], seed: 5)
    #expect(largestDifference(PolarFactor.orthogonalized(near), exact) < 2e-6)
  }

  @Test(arguments: [[24, 24], [16, 40], [40, 16]])
  func convergentNewtonSchulzArrivesThere(extents: [Int]) {
    let input = matrix(
      extents[0], extents[1], singularValues: (1...16).map { Double($0) / 16 }, seed: 6)
    let iterated = NewtonSchulz.convergent.orthogonalized(input)
    #expect(largestDifference(PolarFactor.orthogonalized(input), iterated) < 1e-4)
  }

  @Test(arguments: [[6, 9], [9, 6], [64, 64]])
  func directionsThatAreNotThereStayAway(extents: [Int]) {
    let input = matrix(extents[0], extents[1], singularValues: [5, 0.01], seed: 2)
    let values = singularValues(of: PolarFactor.orthogonalized(input))
    #expect(values.prefix(2).allSatisfy { abs($0 - 1) < 1e-5 })
    #expect(values.dropFirst(2).allSatisfy { $0 < 1e-5 })
  }

  @Test func edges() {
    let zero = PolarFactor.orthogonalized(Tensor(repeating: 0, shape: [4, 6]))
    #expect(zero.elements.allSatisfy { $0 == 0 })
    #expect(PolarFactor.orthogonalized(Tensor([], shape: [0, 3])).shape == [0, 3])
    #expect(abs(PolarFactor.orthogonalized(Tensor([-3e-30], shape: [1, 1])).scalar + 1) < 1e-6)
    for bad in [Float.nan, .infinity] {
      let output = PolarFactor.orthogonalized(Tensor([1, bad, 2, 3], shape: [2, 2]))
      #expect(output.elements.allSatisfy { $0.isNaN })
    }
  }

  /// LAPACK runs on as many threads as call it.
  @Test func sameBitsOnSeveralThreads() {
    let count = 32
    @Sendable func bits(_ index: Int) -> [UInt32] {
      let input = randomTensor([40 + index, 64], seed: UInt64(index))
      return PolarFactor.orthogonalized(input).elements.map(\.bitPattern)
    }
    let alone = (0..<count).map(bits)
    Workers(count: 4).forEach(count) { #expect(bits($0) == alone[$0], "matrix \($0)") }
  }

  @Test func leavesItsInputAlone() {
    let input = randomTensor([5, 3], seed: 1)
    _ = PolarFactor.orthogonalized(input)
    #expect(input.elements == randomTensor([5, 3], seed: 1).elements)
  }
}
