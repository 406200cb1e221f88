import Autograd

/// A matrix product without bias: `y = x W^T`.
public struct Linear: Sendable {
  /// The weight, `[outputs, inputs]`.
  public let weight: Parameter
  private let precision: Precision

  /// Creates a layer that multiplies in `precision`, and registers its parameter as `weight` in `scope`.
  public init(
    _ inputs: Int, _ outputs: Int, _ initializer: Initializer, precision: Precision = .float32,
    in scope: ParameterScope
  ) {
    self.precision = precision
    weight = scope.parameter("weight", [outputs, inputs], initializer)
  }

  /// Applies the layer to `[..., inputs]`, giving `[..., outputs]`.
  public func callAsFunction(_ x: Tensor) -> Tensor {
    x.linear(weight.value, precision: precision)
  }
}
