import Autograd

/// An update rule that orthogonalizes: diagnostics show the matrix before and after.
public protocol OrthogonalizingRule: UpdateRule {
  /// Finds again what an update has orthogonalized.
  ///
  /// - Parameters:
  ///   - gradient: The gradient it was given.
  ///   - weights: The weights before it.
  ///   - state: The state after it.
  ///   - step: Which update it was.
  /// - Returns: A matrix of the gradient's shape.
  func orthogonalizationInput(
    gradient: Tensor, weights: Tensor, state: RuleState, at step: UpdateStep
  ) -> Tensor
}

extension Muon: OrthogonalizingRule {
  /// The momentum, with Nesterov's look ahead unless it is left out.
  public func orthogonalizationInput(
    gradient: Tensor, weights: Tensor, state: RuleState, at step: UpdateStep
  ) -> Tensor {
    let momentum = Tensor(state["momentum"].elements, shape: gradient.shape)
    guard nesterov else { return momentum }
    let gradient = decayed(gradient, by: weights)
    let share = Float(self.momentum(at: step.progress))
    return gradient + (momentum - gradient).scaled(by: share)
  }
}
