import Autograd

/// One transformer block: `x = x + attention(rms(x))`, then `x = x + mlp(rms(x))`.
public struct Block: Sendable {
  /// Mixes information between positions.
  public let attention: CausalSelfAttention
  /// Works on each position by itself.
  public let mlp: MLP

  init(
    _ configuration: GPTConfiguration, precision: Precision, rotary: RotaryTable,
    in scope: ParameterScope
  ) {
    attention = CausalSelfAttention(
      configuration, precision: precision, rotary: rotary, in: scope.child("attn"))
    mlp = MLP(configuration, precision: precision, in: scope.child("mlp"))
  }

  /// Applies the block to a residual stream `[positions, modelDimension]`.
  public func callAsFunction(_ x: Tensor) -> Tensor {
    let attended = x + attention(x.rmsNorm())
    return attended + mlp(attended.rmsNorm())
  }

  var matrices: [Parameter] { attention.matrices + mlp.matrices }
}
