import Autograd
import AutogradTesting
import Foundation
import TestSupport
import Testing

/// What a layer of experts is made of: the choice, products by group, and the sum of the answers.
@Suite struct ExpertTests {
  static let kernels = ProductKernels.allCases.filter(\.isSupported)
  /// Groups of odd and unequal sizes, empty ones at either end and between.
  static let groupings = [
    [3, 1, 5], [0, 7, 0, 2, 0], [9], [0, 0, 9], [1, 1, 1, 1, 1, 1, 1, 1, 1],
  ]

  // MARK: Products by group

  @Test(arguments: groupings, kernels)
  func everyGroupIsMultipliedByItsOwnWeight(counts: [Int], kernels: ProductKernels) {
    let (inputs, outputs) = (5, 35)
    let x = Oracle.random(9 * inputs, seed: 1)
    let weights = counts.indices.map { Oracle.random(outputs * inputs, seed: 2 + UInt64($0)) }
    var expected: [Double] = []
    var start = 0
    for (count, weight) in zip(counts, weights) {
      expected += Oracle.product(
        Array(x[start * inputs..<(start + count) * inputs]),
        Oracle.transpose(weight, rows: outputs, columns: inputs),
        rows: count, inner: inputs, columns: outputs)
      start += count
    }
    let y = ProductKernels.$current.withValue(kernels) {
      Tensor(x.map(Float.init), shape: [9, inputs]).linear(
        weights.map { Tensor($0.map(Float.init), shape: [outputs, inputs]) }, rowsOfEach: counts)
    }
    #expect(y.shape == [9, outputs])
    expectClose(y.elements, expected)
  }

  @Test(arguments: groupings, kernels)
  func productsByGroupHaveTheirGradient(counts: [Int], kernels: ProductKernels) {
    ProductKernels.$current.withValue(kernels) {
      expectGradient(of: [[9, 5]] + counts.map { _ in [7, 5] }, seed: 3) { inputs in
        inputs[0].linear(Array(inputs[1...]), rowsOfEach: counts)
      }
      // Twice, so that the second contribution is added to the first.
      expectGradient(of: [[9, 5]] + counts.map { _ in [5, 5] }, seed: 3) { inputs in
        let (x, weights) = (inputs[0].scaled(by: 0.7), inputs[1...].map { $0.scaled(by: 1.3) })
        return x.linear(weights, rowsOfEach: counts).linear(weights, rowsOfEach: counts) + x
      }
    }
  }

  @Test func aWeightWithoutRowsGetsNoGradient() {
    let scope = ParameterScope(seed: 1)
    let weights = (0..<2).map { scope.parameter("w\($0)", [3, 2], .normal(deviation: 1)) }
    let x = Tensor([1, 2, 3, 4], shape: [2, 2])
    let gradients = Gradients(of: scope)
    x.linear(weights.map(\.value), rowsOfEach: [0, 2]).sum().backward(into: gradients)
    #expect(gradients[weights[0]].elements == [0, 0, 0, 0, 0, 0])
    #expect(gradients[weights[1]].elements == [4, 6, 4, 6, 4, 6])
  }

  // MARK: Sums of weighted rows

  @Test func rowsAreAddedWhereTheyAreSent() {
    let x = Tensor([1, 2, 3, 4, 5, 6], shape: [3, 2])
    let y = x.scattering(to: [2, 0, 2], of: 4, weights: Tensor([1, 10, 0.5], shape: [3]))
    #expect(y.elements == [30, 40, 0, 0, 3.5, 5, 0, 0])
  }

  @Test(arguments: [1, 5, 33])
  func scatteringHasItsGradient(width: Int) {
    let places: [UInt16] = [3, 0, 3, 1, 3]
    expectGradient(of: [[5, width], [5]]) { inputs in
      inputs[0].scattering(to: places, of: 6, weights: inputs[1])
    }
    expectGradient(of: [[5, width], [5]]) { inputs in
      let (x, weights) = (inputs[0].scaled(by: 0.7), inputs[1].scaled(by: 1.3))
      let y = x.scattering(to: places, of: 5, weights: weights)
      return y + x + x.scattering(to: [0, 1, 2, 3, 4], of: 5, weights: weights)
    }
  }

  @Test func scatteringUndoesGathering() {
    let x = Tensor((0..<12).map(Float.init), shape: [4, 3])
    let order: [UInt16] = [2, 0, 3, 1]
    let again = x.gathering(order)
      .scattering(to: order, of: 4, weights: Tensor(repeating: 1, shape: [4]))
    #expect(again.elements == x.elements)
  }

  // MARK: The choice

  private let noBias = Tensor(repeating: 0, shape: [4])

  @Test func theBestScoresAreChosenInTheOrderOfExperts() {
    let scores = Tensor([3, 1, 2, 0, -1, -2, 5, -3, 0, 1, 1, 2], shape: [3, 4])
    let choice = scores.choosingExperts(2, bias: noBias)
    #expect(choice.loads == [2, 1, 2, 1])
    #expect(choice.rows == [0, 1, 2, 0, 1, 2])
    func sigmoid(_ x: Double) -> Double { 1 / (1 + exp(-x)) }
    func gates(_ a: Double, _ b: Double) -> [Double] {
      let sum = sigmoid(a) + sigmoid(b)
      return [sigmoid(a), sigmoid(b)].map { 2.0.squareRoot() * $0 / sum }
    }
    let (first, second, third) = (gates(3, 2), gates(-1, 5), gates(1, 2))
    expectClose(
      choice.gates.elements, [first[0], second[0], third[0], first[1], second[1], third[1]])
  }

  @Test func equalScoresGoToTheFirstExperts() {
    let choice = Tensor(repeating: 0.5, shape: [5, 4]).choosingExperts(2, bias: noBias)
    #expect(choice.loads == [5, 5, 0, 0])
    expectClose(choice.gates.elements, [Double](repeating: 0.5.squareRoot(), count: 10))
  }

  @Test func aBiasDecidesWithoutAWeightInTheGates() {
    let scores = Tensor([2, 1, 0, -1], shape: [1, 4])
    let choice = scores.choosingExperts(2, bias: Tensor([0, 0, 0, 1], shape: [4]))
    let plain = scores.choosingExperts(4, bias: noBias).gates.elements
    #expect(choice.loads == [1, 0, 0, 1])
    let ratio = choice.gates.elements[0] / choice.gates.elements[1]
    #expect(abs(ratio - plain[0] / plain[3]) < 1e-5)
  }

  /// Scores as a diverging run has them: as many experts as always.
  @Test(arguments: [Float.nan, .infinity, -.infinity, -1e30])
  func anyScoresChooseSomebody(score: Float) {
    let choice = Tensor(repeating: score, shape: [3, 4]).choosingExperts(2, bias: noBias)
    #expect(choice.loads.reduce(0, +) == 6)
    #expect(Set(choice.rows.prefix(3)).count == 3)
  }

  /// The bias makes the choice, so that small changes of the scores do not change it.
  @Test(arguments: [1, 2, 3])
  func gatesHaveTheirGradient(active: Int) {
    let bias = Tensor([100, 300, 0, 200], shape: [4])
    expectGradient(of: [[5, 4]]) { $0[0].choosingExperts(active, bias: bias).gates }
    expectGradient(of: [[5, 4]]) { inputs in
      let scores = inputs[0].scaled(by: 0.7)
      let gates = scores.choosingExperts(active, bias: bias).gates
      let again = scores.choosingExperts(active, bias: bias).gates
      return (gates * again).sum() + scores.sum()
    }
  }

  @Test func theLoadArrivesAtTheBias() {
    let scope = ParameterScope(seed: 1)
    let bias = scope.parameter("bias", [4], .zeros)
    let weight = scope.parameter("weight", [4, 2], .normal(deviation: 1))
    let gradients = Gradients(of: scope)
    var loads = [Float](repeating: 0, count: 4)
    for seed in 0..<3 {
      let x = Tensor(Oracle.random(14, seed: UInt64(seed)).map(Float.init), shape: [7, 2])
      let choice = x.linear(weight.value).choosingExperts(3, bias: bias.value)
      loads = zip(loads, choice.loads).map { $0 + Float($1) }
      choice.gates.sum().backward(into: gradients, scale: 0.125)
    }
    #expect(gradients[bias].elements == loads)
    #expect(loads.reduce(0, +) == 63)
  }
}
