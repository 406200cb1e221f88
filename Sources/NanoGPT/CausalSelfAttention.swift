import Autograd

/// Multi-head self-attention with normalized, rotated queries and keys.
///
///     q, k, v = linear(x);   per head: q = rope(rms(q)), k = rope(rms(k))
///     y = proj(softmax(attentionScale q k^T, causal) v)
public struct CausalSelfAttention: Sendable {
  let query: Linear
  let key: Linear
  let value: Linear
  let projection: Linear
  private let heads: Int
  private let headSize: Int
  private let scale: Float
  private let rotary: RotaryTable
  private let precision: Precision

  init(
    _ configuration: GPTConfiguration, precision: Precision, rotary: RotaryTable,
    in scope: ParameterScope
  ) {
    let width = configuration.modelDimension
    query = Linear(width, width, .hidden, precision: precision, in: scope.child("q"))
    key = Linear(width, width, .hidden, precision: precision, in: scope.child("k"))
    value = Linear(width, width, .hidden, precision: precision, in: scope.child("v"))
    projection = Linear(width, width, .zeros, precision: precision, in: scope.child("proj"))
    heads = configuration.heads
    headSize = configuration.headSize
    scale = configuration.attentionScale
    self.rotary = rotary
    self.precision = precision
  }

  /// Applies attention to `[positions, modelDimension]`; the shape stays.
  public func callAsFunction(_ x: Tensor) -> Tensor {
    let mixed = causalAttention(
      queries: query(x).normalizedAndRotated(by: rotary),
      keys: key(x).normalizedAndRotated(by: rotary),
      values: value(x), heads: heads, scale: scale, precision: precision)
    return projection(mixed)
  }

  var matrices: [Parameter] { [query, key, value, projection].map(\.weight) }
}
