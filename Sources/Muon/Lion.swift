import Autograd

/// The sign of a momentum: every element moves by as much, up or down.
///
///     u = sign(lerp(m, g, 1 - beta1))
///     W = (1 - lr wd) W - lr u
///     m = lerp(m, g, 1 - beta2)
///
/// Chen et al., "Symbolic Discovery of Optimization Algorithms" (2023). The sign of 0 is 0.
public struct Lion: ElementwiseRule {
  /// The name in records and configuration files.
  public static let name = "lion"

  /// The learning rate before any schedule: the size of every element's step.
  public var learningRate: Double
  /// The share of the past in what the sign is taken of.
  public var beta1: Double
  /// The share of the past in the momentum.
  public var beta2: Double
  /// The decoupled decay, by the scheduled learning rate.
  public var weightDecay: Double

  enum CodingKeys: String, CodingKey {
    case learningRate = "learning_rate"
    case beta1, beta2
    case weightDecay = "weight_decay"
  }

  /// Creates a rule.
  public init(learningRate: Double, beta1: Double, beta2: Double, weightDecay: Double) {
    self.learningRate = learningRate
    self.beta1 = beta1
    self.beta2 = beta2
    self.weightDecay = weightDecay
  }

  /// What is wrong with the hyperparameters, in words; nil when nothing is.
  public var problem: String? {
    for (name, beta) in [("beta1", beta1), ("beta2", beta2)] where !(0..<1).contains(beta) {
      return "\(name) \(beta) is not in 0..<1"
    }
    return commonProblem
  }

  /// A momentum of zero.
  public func makeState(for shape: Shape) -> RuleState {
    RuleState(["momentum": shape])
  }

  /// Moves some elements of a parameter.
  public func update(_ elements: UpdateElements, at step: UpdateStep) {
    let (beta1, beta2) = (Float(beta1), Float(beta2))
    let (retained, rate) = (shrinkage(at: step), Float(step.factor * learningRate))
    // By their addresses, which a subscript would check one by one.
    let (weights, gradient) = (elements.weights.start, elements.gradient.start)
    let momentum = elements.state("momentum").start
    for i in 0..<elements.indices.count {
      let (m, g) = (momentum[i], gradient[i])
      let mixed = m + (1 - beta1) * (g - m)
      let sign: Float = (mixed > 0 ? 1 : 0) - (mixed < 0 ? 1 : 0)
      weights[i] = retained * weights[i] - rate * sign
      momentum[i] = m + (1 - beta2) * (g - m)
    }
  }
}
