import Autograd
import Foundation
import Muon
import TestSupport
import Testing

@Suite struct LionTests {
  private static let rule = Lion(learningRate: 0.03, beta1: 0.9, beta2: 0.99, weightDecay: 0.5)

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
        let mixed = 0.9 * m + 0.1 * g
        let direction: Double = mixed > 0 ? 1 : mixed < 0 ? -1 : 0
        w -= factor * 0.03 * (direction + 0.5 * w)
        m = 0.99 * m + 0.01 * g
      }
      return w
    }
    let moved = weights(start, afterGradients: gradients, by: Self.rule) { factors[$0] }
    expectClose(moved.elements, expected)
  }

  /// beta1 weighs the past in the sign and beta2 in the memory, and not the other way round.
  @Test func theMomentumOutlivesAGradient() {
    let rule = Lion(learningRate: 1, beta1: 0.5, beta2: 0.75, weightDecay: 0)
    let gradients = [4, -1, -0.5].map { Tensor([$0], shape: [1]) }
    // m: 0, 1, 0.5;  mixed: 2, 0, 0.
    let positions = (1...3).map { count in
      weights(Tensor([0], shape: [1]), afterGradients: Array(gradients.prefix(count)), by: rule)
        .scalar
    }
    #expect(positions == [-1, -1, -1])
  }

  @Test func piecesMoveAsTheWhole() {
    let scope = ParameterScope(seed: 3)
    let (whole, pieces) = (
      scope.parameter("whole", [6, 7], .zeros), scope.parameter("pieces", [6, 7], .zeros)
    )
    let start = randomTensor([6, 7], seed: 4).elements
    let states = [whole, pieces].map { parameter in
      parameter.assign(start)
      return Self.rule.makeState(for: parameter.shape)
    }
    for number in 1...3 {
      let gradient = randomTensor([6, 7], seed: 5 + UInt64(number))
      let step = UpdateStep(progress: TrainingProgress(0, of: 1), factor: 1, number: number)
      for (parameter, state, ranges) in [
        (whole, states[0], [0..<42]), (pieces, states[1], [11..<42, 0..<11]),
      ] {
        for elements in ranges {
          Self.rule.update(
            parameter, elements: elements, gradient: gradient, state: state, at: step)
        }
      }
    }
    #expect(pieces.value.elements == whole.value.elements)
    #expect(states[0]["momentum"].elements == states[1]["momentum"].elements)
    #expect(whole.value.elements != start)
  }

  @Test func theSignOfNothingIsNothing() {
    var rule = Self.rule
    rule.weightDecay = 0
    let start = randomTensor([2, 3], seed: 6)
    let zero = Tensor(repeating: 0, shape: [2, 3])
    #expect(weights(start, afterGradients: [zero], by: rule).elements == start.elements)
  }

  @Test func saysWhatIsWrong() {
    #expect(Self.rule.problem == nil)
    expectProblem("learning_rate", Self.rule) { $0.learningRate = -1 }
    expectProblem("weight_decay", Self.rule) { $0.weightDecay = .infinity }
    expectProblem("beta1", Self.rule) { $0.beta1 = 1 }
    expectProblem("beta2", Self.rule) { $0.beta2 = .nan }
  }

  @Test func isReadBackFromARecord() throws {
    let data = try JSONEncoder().encode(NamedRule(Self.rule))
    let keys = try #require(JSONSerialization.jsonObject(with: data) as? [String: Any]).keys
    #expect(keys.sorted() == ["beta1", "beta2", "learning_rate", "rule", "weight_decay"])
    #expect(try JSONDecoder().decode(NamedRule.self, from: data).rule as? Lion == Self.rule)
  }
}
