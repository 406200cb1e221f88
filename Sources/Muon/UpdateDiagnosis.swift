import Autograd
import CKernels

/// What an update did to a matrix of weights.
public struct UpdateDiagnosis: Hashable, Sendable {
  /// The name of the parameter.
  public let matrix: String
  /// The root of the mean square of the elements' changes, those by decoupled decay left out.
  public let updateRMS: Double
  /// The Frobenius norm of the weights before the update.
  public let weightNorm: Double
  /// The Frobenius norm of the gradient.
  public let gradientNorm: Double
  /// The singular values of the direction; nil when they are not finite.
  ///
  /// Of what is orthogonalized; by a rule that does not do so, of the change divided by the rate, and nil when that is
  /// zero.
  public let direction: Spectrum?
  /// The singular values of what orthogonalization made of it; nil without any, or when they are not finite or the rate
  /// is zero.
  ///
  /// Of the change divided by learning rate and scale: what has reached the weights.
  public let orthogonalized: Spectrum?
}

/// The weights of some matrices as they were before an update, to see afterwards what it did to them.
public struct WeightSnapshot: Sendable {
  let matrices: [(parameter: Parameter, elements: [Float])]

  /// Copies the weights.
  public init(of matrices: [Parameter]) {
    self.matrices = matrices.map { ($0, $0.value.elements) }
  }
}

extension UpdateDiagnosis {
  init(
    of parameter: Parameter, before elements: [Float], gradient: Tensor, rule: any UpdateRule,
    state: RuleState, at step: UpdateStep
  ) {
    let before = Tensor(elements, shape: parameter.shape)
    let change = Tensor(parameter.value.elements, shape: parameter.shape)
    kernel_add_scaled(
      -rule.shrinkage(at: step), before.pointer, change.pointer, change.shape.count)
    matrix = parameter.name
    updateRMS = change.norm / Double(change.shape.count).squareRoot()
    weightNorm = before.norm
    gradientNorm = gradient.norm

    let rate = step.factor * rule.learningRate * rule.scaleFactor(for: parameter.shape)
    let direction = rate > 0 ? Spectrum(of: change.scaled(by: Float(-1 / rate))) : nil
    if let rule = rule as? any OrthogonalizingRule {
      self.direction = Spectrum(
        of: rule.orthogonalizationInput(
          gradient: gradient, weights: before, state: state, at: step))
      orthogonalized = direction
    } else {
      self.direction = direction
      orthogonalized = nil
    }
  }
}

extension Tensor {
  /// The Frobenius norm.
  fileprivate var norm: Double { kernel_sum_of_squares(pointer, shape.count).squareRoot() }
}
