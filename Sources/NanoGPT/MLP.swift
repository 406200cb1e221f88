import Autograd

/// Two matrices with a squared ReLU between them: `y = proj(relu(fc(x))^2)`.
public struct MLP: Sendable {
  let expansion: Linear
  let projection: Linear

  init(_ configuration: GPTConfiguration, precision: Precision, in scope: ParameterScope) {
    let (width, hidden) = (configuration.modelDimension, configuration.hiddenDimension)
    expansion = Linear(width, hidden, .hidden, precision: precision, in: scope.child("fc"))
    projection = Linear(hidden, width, .zeros, precision: precision, in: scope.child("proj"))
  }

  /// Applies the MLP to `[positions, modelDimension]`; the shape stays.
  public func callAsFunction(_ x: Tensor) -> Tensor {
    projection(expansion(x).squaredReLU())
  }

  var matrices: [Parameter] { [expansion.weight, projection.weight] }
}
