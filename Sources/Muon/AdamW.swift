import Autograd
import CKernels
import Foundation

/// Adam with decoupled weight decay, for parameters of any shape.
///
///     m = lerp(m, g, 1 - beta1);  v = beta2 v + (1 - beta2) g^2
///     W = (1 - lr wd) W - lr (m / (1 - beta1^t)) / (sqrt(v / (1 - beta2^t)) + epsilon)
///
/// Loshchilov and Hutter, "Decoupled Weight Decay Regularization" (2019); the same arithmetic as
/// PyTorch's. `t` counts the updates, from 1.
public struct AdamW: ElementwiseRule {
  /// The name in records and configuration files.
  public static let name = "adamw"
  /// A part of its own.
  public static let part = OperationPart.adamW

  /// The learning rate before any schedule.
  public var learningRate: Double
  /// The decay of the running mean of gradients.
  public var beta1: Double
  /// The decay of the running mean of squared gradients.
  public var beta2: Double
  /// Added to the root of the mean square.
  public var epsilon: Double
  /// The decoupled decay, by the scheduled learning rate.
  public var weightDecay: Double

  /// Creates a rule.
  public init(
    learningRate: Double, beta1: Double, beta2: Double, epsilon: Double, weightDecay: Double
  ) {
    self.learningRate = learningRate
    self.beta1 = beta1
    self.beta2 = beta2
    self.epsilon = epsilon
    self.weightDecay = weightDecay
  }

  /// What is wrong with the hyperparameters, in words; nil when nothing is.
  public var problem: String? {
    for beta in [beta1, beta2] where !(0..<1).contains(beta) {
      return "betas [\(beta1), \(beta2)] are not both in 0..<1"
    }
    if !(Float(epsilon) > 0 && epsilon.isFinite) {
      return "epsilon \(epsilon) is not above 0 in float32"
    }
    return commonProblem
  }

  /// Two moments of zero.
  public func makeState(for shape: Shape) -> RuleState {
    RuleState(["first_moment": shape, "second_moment": shape])
  }

  /// Moves some elements of a parameter.
  public func update(_ elements: UpdateElements, at step: UpdateStep) {
    // The kernel has the betas in float32: corrections from the same values cancel their rounding.
    let (beta1, beta2) = (Float(beta1), Float(beta2))
    let updates = Double(step.number)
    let firstCorrection = 1 - pow(Double(beta1), updates)
    let secondCorrection = 1 - pow(Double(beta2), updates)
    kernel_adamw(
      elements.weights.start, elements.gradient.start, elements.state("first_moment").start,
      elements.state("second_moment").start, elements.indices.count, beta1, beta2, Float(epsilon),
      shrinkage(at: step),
      Float(step.factor * learningRate / firstCorrection),
      Float(1 / secondCorrection.squareRoot()))
  }
}

extension AdamW {
  enum CodingKeys: String, CodingKey {
    case learningRate = "learning_rate"
    case betas, epsilon
    case weightDecay = "weight_decay"
  }

  /// Decodes a rule whose betas are a list of two numbers.
  public init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: CodingKeys.self)
    let betas = try container.decode([Double].self, forKey: .betas)
    guard betas.count == 2 else {
      throw DecodingError.dataCorruptedError(
        forKey: .betas, in: container, debugDescription: "\(betas.count) betas where AdamW has 2")
    }
    self.init(
      learningRate: try container.decode(Double.self, forKey: .learningRate),
      beta1: betas[0], beta2: betas[1],
      epsilon: try container.decode(Double.self, forKey: .epsilon),
      weightDecay: try container.decode(Double.self, forKey: .weightDecay))
  }

  /// Encodes the rule, its betas as a list of two numbers.
  public func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: CodingKeys.self)
    try container.encode(learningRate, forKey: .learningRate)
    try container.encode([beta1, beta2], forKey: .betas)
    try container.encode(epsilon, forKey: .epsilon)
    try container.encode(weightDecay, forKey: .weightDecay)
  }
}
