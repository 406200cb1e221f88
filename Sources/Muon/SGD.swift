import Autograd

/// Gradient descent with Nesterov's momentum, as PyTorch's `SGD` has it.
///
///     m = mu m + g
///     W = (1 - lr wd) W - lr (g + mu m)
///
/// Sutskever et al., "On the importance of initialization and momentum in deep learning" (2013). The decay is
/// decoupled, as in the other rules. With a momentum of 0 it is plain gradient descent.
public struct SGD: ElementwiseRule {
  /// The name in records and configuration files.
  public static let name = "sgd"

  /// The learning rate before any schedule; a steady gradient moves the weights `1 / (1 - momentum)` times as far.
  public var learningRate: Double
  /// The share of the momentum that stays from step to step.
  public var momentum: Double
  /// The decoupled decay, by the scheduled learning rate.
  public var weightDecay: Double

  enum CodingKeys: String, CodingKey {
    case momentum
    case learningRate = "learning_rate"
    case weightDecay = "weight_decay"
  }

  /// Creates a rule.
  public init(learningRate: Double, momentum: Double, weightDecay: Double) {
    (self.learningRate, self.momentum, self.weightDecay) = (learningRate, momentum, weightDecay)
  }

  /// What is wrong with the hyperparameters, in words; nil when nothing is.
  public var problem: String? {
    (0..<1).contains(momentum) ? commonProblem : "momentum \(momentum) is not in 0..<1"
  }

  /// A momentum of zero.
  public func makeState(for shape: Shape) -> RuleState {
    RuleState(["momentum": shape])
  }

  /// Moves some elements of a parameter.
  public func update(_ elements: UpdateElements, at step: UpdateStep) {
    let mu = Float(momentum)
    let (retained, rate) = (shrinkage(at: step), Float(step.factor * learningRate))
    // By their addresses, which a subscript would check one by one.
    let (weights, gradient) = (elements.weights.start, elements.gradient.start)
    let momentum = elements.state("momentum").start
    for i in 0..<elements.indices.count {
      let (m, g) = (mu * momentum[i] + gradient[i], gradient[i])
      momentum[i] = m
      weights[i] = retained * weights[i] - rate * (g + mu * m)
    }
  }
}
