import Autograd
import Foundation
import Muon
import TestSupport
import Testing

@Suite struct SGDTests {
  private static let rule = SGD(learningRate: 0.03, momentum: 0.85, weightDecay: 0.5)

  /// The formula in double precision, an element at a time.
  @Test func manyUpdatesAreThoseOfTheFormula() {
    let shape: Shape = [7, 5]
    let start = randomTensor(shape, seed: 1)
    let gradients = (0..<10).map { randomTensor(shape, seed: 100 + $0) }
    let factors = (0..<10).map { 1 - Double($0) / 20 }
    let expected = start.elements.indices.map { i in
      var (w, m) = (Double(start.elements[i]), 0.0)
      for (gradient, factor) in zip(gradients, factors) {
        let g = Double(gradient.elements[i])
        m = 0.85 * m + g
        w -= factor * 0.03 * (g + 0.85 * m + 0.5 * w)
      }
      return w
    }
    let moved = weights(start, afterGradients: gradients, by: Self.rule) { factors[$0] }
    expectClose(moved.elements, expected)
  }

  /// The first step has `1 + momentum` times the gradient, and steps grow towards `1 / (1 - momentum)` times.
  @Test func aSteadyGradientGainsMomentum() {
    let rule = SGD(learningRate: 1, momentum: 0.5, weightDecay: 0)
    let gradients = [1, 1, 1].map { Tensor([$0], shape: [1]) }
    let positions = (1...3).map { count in
      weights(Tensor([0], shape: [1]), afterGradients: Array(gradients.prefix(count)), by: rule)
        .scalar
    }
    #expect(positions == [-1.5, -3.25, -5.125])
  }

  @Test func saysWhatIsWrong() {
    #expect(Self.rule.problem == nil)
    expectProblem("momentum", Self.rule) { $0.momentum = 1 }
    expectProblem("momentum", Self.rule) { $0.momentum = -0.1 }
    expectProblem("learning_rate", Self.rule) { $0.learningRate = .nan }
    expectProblem("weight_decay", Self.rule) { $0.weightDecay = -1 }
  }

  @Test func isNamedInRecords() throws {
    let data = try JSONEncoder().encode(NamedRule(Self.rule))
    #expect(try JSONDecoder().decode(NamedRule.self, from: data).rule as? SGD == Self.rule)
  }
}
