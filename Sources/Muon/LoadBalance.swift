import Autograd

/// Evens out the load of experts by the biases of their router, without an auxiliary loss.
///
///     b_e = b_e + lr sign(mean(load) - load_e)
///
/// What stands for the gradient is the load, the number of tokens of the batch that each expert got: see
/// `Tensor.choosingExperts(_:bias:)`. So a bias is counted over lanes, saved and resumed like any parameter.
/// The sign of 0 is 0.
///
/// Wang et al., "Auxiliary-Loss-Free Load Balancing Strategy for Mixture-of-Experts" (2024), arXiv:2408.15664.
public struct LoadBalance: UpdateRule {
  /// The name in records, and of the group.
  public static let name = "balance"

  /// How far a bias moves in a step, before any schedule.
  public var learningRate: Double

  enum CodingKeys: String, CodingKey {
    case learningRate = "learning_rate"
  }

  /// Creates a rule.
  public init(learningRate: Double) {
    self.learningRate = learningRate
  }

  /// Moves all biases of one router: each needs the mean of all.
  public func update(
    _ parameter: Parameter, elements: Range<Int>, gradient load: Tensor, state: RuleState,
    at step: UpdateStep
  ) {
    require(
      elements == 0..<parameter.shape.count && load.shape == parameter.shape,
      "LoadBalance: elements \(elements), load \(load.shape) for \(parameter.shape)")
    let (count, rate) = (Float(parameter.shape.count), Float(step.factor * learningRate))
    let loads = load.elements
    let all = loads.reduce(0, +)
    // Whole numbers, multiplied instead of divided: equal loads are found equal.
    let signs = loads.map { load -> Float in
      load * count < all ? 1 : load * count > all ? -1 : 0
    }
    parameter.add(Tensor(signs, shape: parameter.shape), scale: rate)
  }
}
