import Autograd

/// One transformer block: `x = x + attention(rms(x))`, then `x = x + feedForward(rms(x))`.
public struct Block: Sendable {
  /// Mixes information between positions.
  public let attention: CausalSelfAttention
  /// Works on each position by itself.
  public let feedForward: FeedForward

  init(
    _ configuration: GPTConfiguration, precision: Precision, rotary: RotaryTable,
    in scope: ParameterScope
  ) {
    attention = CausalSelfAttention(
      configuration, precision: precision, rotary: rotary, in: scope.child("attn"))
    feedForward = FeedForward(configuration, precision: precision, in: scope)
  }

  /// Applies the block to a residual stream `[positions, modelDimension]`.
  public func callAsFunction(_ x: Tensor) -> Tensor {
    let attended = x + attention(x.rmsNorm())
    return attended + feedForward(attended.rmsNorm())
  }

  var matrices: [Parameter] { attention.matrices + feedForward.matrices }
}

/// What works on each position of a block by itself: one MLP, or a choice of several.
public enum FeedForward: Sendable {
  /// The same for all tokens.
  case mlp(MLP)
  /// Some of many.
  case experts(MixtureOfExperts)

  init(_ configuration: GPTConfiguration, precision: Precision, in scope: ParameterScope) {
    let width = configuration.modelDimension
    if let mixture = configuration.mixture {
      self = .experts(
        MixtureOfExperts(mixture, width: width, precision: precision, in: scope.child("moe")))
    } else {
      self = .mlp(
        MLP(
          width: width, hidden: configuration.hiddenDimension, precision: precision,
          in: scope.child("mlp")))
    }
  }

  /// Applies it to `[positions, modelDimension]`; the shape stays.
  public func callAsFunction(_ x: Tensor) -> Tensor {
    switch self {
    case .mlp(let mlp): mlp(x)
    case .experts(let experts): experts(x)
    }
  }

  var matrices: [Parameter] {
    switch self {
    case .mlp(let mlp): mlp.matrices
    case .experts(let experts): experts.matrices
    }
  }

  /// What chooses among experts; nil without any.
  var router: Router? {
    if case .experts(let experts) = self { experts.router } else { nil }
  }
}

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

  /// Creates the layer, whose products are in `precision`, and registers its parameters in `scope`.
  public init(
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

  /// The largest score, in magnitude, of a position of `[positions, modelDimension]` for itself or one before it.
  func largestScore(_ x: Tensor) -> Float {
    let queries = query(x).normalizedAndRotated(by: rotary).elements
    let keys = key(x).normalizedAndRotated(by: rotary).elements
    let width = heads * headSize
    var largest: Float = 0
    for head in 0..<heads {
      for position in 0..<x.shape[0] {
        let query = queries[
          position * width + head * headSize..<position * width + (head + 1) * headSize]
        for earlier in 0...position {
          let key = keys[
            earlier * width + head * headSize..<earlier * width + (head + 1) * headSize]
          largest = max(largest, abs(scale * zip(query, key).reduce(0) { $0 + $1.0 * $1.1 }))
        }
      }
    }
    return largest
  }

  /// The weights of queries, keys, values and the projection back: each `[modelDimension, modelDimension]`.
  public var matrices: [Parameter] { [query, key, value, projection].map(\.weight) }
}

/// Two matrices with a squared ReLU between them: `y = proj(relu(fc(x))^2)`.
public struct MLP: Sendable {
  let expansion: Linear
  let projection: Linear

  init(width: Int, hidden: Int, precision: Precision, in scope: ParameterScope) {
    expansion = Linear(width, hidden, .hidden, precision: precision, in: scope.child("fc"))
    projection = Linear(hidden, width, .zeros, precision: precision, in: scope.child("proj"))
  }

  /// Applies the MLP to `[positions, modelDimension]`; the shape stays.
  public func callAsFunction(_ x: Tensor) -> Tensor {
    projection(expansion(x).squaredReLU())
  }

  /// Both weights: `[hidden, modelDimension]` and `[modelDimension, hidden]`.
  public var matrices: [Parameter] { [expansion.weight, projection.weight] }
}

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

extension Initializer {
  /// How modded-nanogpt draws the matrices inside a block that are not zero at first: with variance
  /// `0.33 / inputs`, close to that of the uniform distribution within `±1 / sqrt(inputs)`.
  static let hidden = normalFanIn(scale: 0.33)
}
