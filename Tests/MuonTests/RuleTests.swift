import Autograd
import Foundation
import Muon
import Testing

/// AdamW with usual values, for tests about something else.
let plainAdamW = AdamW(
  learningRate: 0.01, beta1: 0.9, beta2: 0.95, epsilon: 1e-10, weightDecay: 0)

/// Makes one update and returns the new weights.
func weights(
  _ initial: Tensor, afterGradients gradients: [Tensor], by rule: any UpdateRule,
  factor: (Int) -> Double = { _ in 1 }
) -> Tensor {
  let parameter = ParameterScope(seed: 0).parameter("w", initial.shape, .zeros)
  parameter.assign(initial.elements)
  let state = rule.makeState(for: initial.shape)
  for (index, gradient) in gradients.enumerated() {
    rule.update(
      parameter, elements: 0..<initial.shape.count, gradient: gradient, state: state,
      at: UpdateStep(
        progress: TrainingProgress(index, of: gradients.count), factor: factor(index),
        number: index + 1))
  }
  return parameter.value.detached
}

@Suite struct MuonRuleTests {
  @Test func scalesByShape() {
    let spectral = Muon.Scale.spectral
    let rms = Muon.Scale.rms
    #expect(spectral.factor(outputs: 3, inputs: 5) == 1)
    #expect(abs(spectral.factor(outputs: 5, inputs: 3) - 1.2909944487) < 1e-9)
    #expect(abs(rms.factor(outputs: 3, inputs: 5) - 0.4472135955) < 1e-9)
    #expect(abs(rms.factor(outputs: 5, inputs: 3) - 0.4472135955) < 1e-9)
    var rule = Muon(learningRate: 1, weightDecay: 0)
    #expect(rule.scaleFactor(for: [12, 3]) == 2)
    rule.scale = .rms
    #expect(abs(rule.scaleFactor(for: [4, 25]) - 1) < 1e-12)
  }

  @Test(arguments: Muon.Scale.allCases, [[3, 5], [5, 3]])
  func withoutMomentumStepsAgainstTheGradient(scale: Muon.Scale, extents: [Int]) {
    let shape = Shape(extents)
    let rule = Muon(learningRate: 0.1, weightDecay: 0, momentum: 0, scale: scale)
    let start = randomTensor(shape, seed: 1)
    let (first, second) = (randomTensor(shape, seed: 2), randomTensor(shape, seed: 3))
    let moved = weights(start, afterGradients: [first, second], by: rule)
    let rate = Float(0.1 * scale.factor(outputs: extents[0], inputs: extents[1]))
    let expected =
      start - NewtonSchulz.jordan.orthogonalized(first).scaled(by: rate)
      - NewtonSchulz.jordan.orthogonalized(second).scaled(by: rate)
    #expect(largestDifference(moved, expected) < 1e-6)
  }

  @Test func momentumWarmsUpLinearly() {
    var rule = Muon(learningRate: 0.1, weightDecay: 0, momentum: 0.95)
    #expect(rule.momentum(at: TrainingProgress(0, of: 100)) == 0.95)
    rule.momentumWarmup = MomentumWarmup(from: 0.85, steps: 10)
    let expected = [(0, 0.85), (5, 0.9), (10, 0.95), (11, 0.95), (1000, 0.95)]
    for (step, momentum) in expected {
      #expect(
        abs(rule.momentum(at: TrainingProgress(step, of: 100)) - momentum) < 1e-12, "step \(step)")
    }
    rule.momentumWarmup = MomentumWarmup(from: 0, steps: 0)
    #expect(rule.momentum(at: TrainingProgress(0, of: 100)) == 0.95)
  }

  @Test func updatesUseTheWarmedUpMomentum() {
    let start = randomTensor([4, 6], seed: 1)
    let gradients = (0..<2).map { randomTensor([4, 6], seed: 10 + $0) }
    let warming = Muon(
      learningRate: 0.1, weightDecay: 0, momentum: 0.9,
      momentumWarmup: MomentumWarmup(from: 0, steps: 100))
    // Momentum 0 at the first update, 0.009 at the second.
    let none = Muon(learningRate: 0.1, weightDecay: 0, momentum: 0)
    let full = Muon(learningRate: 0.1, weightDecay: 0, momentum: 0.9)
    let moved = weights(start, afterGradients: gradients, by: warming)
    #expect(largestDifference(moved, weights(start, afterGradients: gradients, by: none)) < 2e-2)
    #expect(largestDifference(moved, weights(start, afterGradients: gradients, by: full)) > 5e-2)
    #expect(
      weights(start, afterGradients: [gradients[0]], by: warming).elements
        == weights(start, afterGradients: [gradients[0]], by: none).elements)
  }

  @Test func saysWhatIsWrong() {
    let good = Muon(learningRate: 0.02, weightDecay: 0.1)
    #expect(good.problem == nil)
    #expect(good.problem(with: [3, 4]) == nil)
    #expect(good.problem(with: [3])?.contains("matrices") == true)
    #expect(good.problem(with: [3, 4, 5])?.contains("[3, 4, 5]") == true)
    expectProblem("learning_rate", good) { $0.learningRate = -1 }
    expectProblem("learning_rate", good) { $0.learningRate = .nan }
    expectProblem("weight_decay", good) { $0.weightDecay = .infinity }
    expectProblem("momentum", good) { $0.momentum = 1 }
    expectProblem("momentum_warmup.from", good) { $0.momentumWarmup = .init(from: -1, steps: 1) }
    expectProblem("momentum_warmup.steps", good) { $0.momentumWarmup = .init(from: 0, steps: -1) }
    expectProblem("newton_schulz", good) { $0.newtonSchulz.coefficients = [] }
  }
}

@Suite struct AdamWTests {
  @Test func firstStepHasTheSizeOfTheLearningRate() {
    // Bias correction: the first update is lr g / (|g| + epsilon), however small the gradient.
    let gradient = Tensor([1e-6, -1, 1000], shape: [3])
    let moved = weights(
      Tensor(repeating: 0, shape: [3]), afterGradients: [gradient], by: plainAdamW)
    for (value, expected) in zip(moved.elements, [-0.01, 0.01, -0.01] as [Float]) {
      #expect(abs(value - expected) < 2e-6)
    }
  }

  @Test func epsilonIsOutsideTheRoot() {
    var rule = plainAdamW
    rule.epsilon = 0.5
    let moved = weights(
      Tensor([0], shape: [1]), afterGradients: [Tensor([1], shape: [1])], by: rule)
    #expect(abs(moved.scalar + 0.01 / 1.5) < 1e-8)
  }

  @Test func zeroGradientMovesNothing() {
    let start = randomTensor([2, 3], seed: 4)
    let zero = Tensor(repeating: 0, shape: [2, 3])
    #expect(weights(start, afterGradients: [zero], by: plainAdamW).elements == start.elements)
  }

  @Test func saysWhatIsWrong() {
    #expect(plainAdamW.problem == nil)
    expectProblem("learning_rate", plainAdamW) { $0.learningRate = .infinity }
    expectProblem("weight_decay", plainAdamW) { $0.weightDecay = -0.1 }
    expectProblem("betas", plainAdamW) { $0.beta1 = 1 }
    expectProblem("betas", plainAdamW) { $0.beta2 = .nan }
    expectProblem("epsilon", plainAdamW) { $0.epsilon = 0 }
  }
}

@Suite struct DecayTests {
  static let rules: [any UpdateRule] = [
    Muon(learningRate: 0.5, weightDecay: 0.25, scale: .spectral),
    Muon(learningRate: 0.5, weightDecay: 0.25, scale: .rms),
    AdamW(learningRate: 0.5, beta1: 0.9, beta2: 0.95, epsilon: 1e-10, weightDecay: 0.25),
    Lion(learningRate: 0.5, beta1: 0.9, beta2: 0.99, weightDecay: 0.25),
    SGD(learningRate: 0.5, momentum: 0.9, weightDecay: 0.25),
  ]

  @Test(arguments: rules.indices)
  func appliesOnceByTheScheduledRate(index: Int) {
    // With a zero gradient only the decay is left: 1 - 0.5 factor 0.25, whatever the shape's scale.
    let start = randomTensor([12, 3], seed: 6)
    let zero = Tensor(repeating: 0, shape: [12, 3])
    for factor in [1, 0.5, 0] {
      let decayed = weights(
        start, afterGradients: [zero], by: Self.rules[index], factor: { _ in factor })
      #expect(decayed.elements == start.scaled(by: Float(1 - 0.125 * factor)).elements)
    }
  }
}

/// Expects that the change of a good rule makes it complain, about `words`.
func expectProblem<Rule: UpdateRule>(
  _ words: String, _ rule: Rule, _ change: (inout Rule) -> Void,
  sourceLocation: SourceLocation = #_sourceLocation
) {
  var changed = rule
  change(&changed)
  #expect(changed.problem?.contains(words) == true, sourceLocation: sourceLocation)
}
