import Autograd

/// A small GPT: token embedding, blocks of attention and MLP or experts, and a head, as in modded-nanogpt.
///
/// No biases and no learned gains; rotary positions, normalized queries and keys, squared ReLU, softcapped
/// logits, an untied head. Projections back into the residual stream and the head start at zero, so a fresh
/// model predicts every token with the same probability: its first loss is `log(vocabularySize)`.
///
///     x = rms(embed[token])
///     x = x + attention(rms(x));  x = x + mlp(rms(x))     for every block
///     logits = softcap(head(rms(x)))
public struct GPT: LanguageModel {
  /// What the model was built from.
  public let configuration: GPTConfiguration
  /// One row `[modelDimension]` for each token: `[vocabularySize, modelDimension]`.
  public let embedding: Parameter
  /// The blocks, first to last.
  public let blocks: [Block]
  /// From the residual stream to logits: `[vocabularySize, modelDimension]`.
  public let head: Linear
  /// The arithmetic of the matrix products.
  public let precision: Precision

  /// Creates a model and registers its parameters in `scope`.
  ///
  /// - Precondition: `configuration.problem` is nil, and so is `precision.problem`.
  public init(
    _ configuration: GPTConfiguration, precision: Precision = .float32, in scope: ParameterScope
  ) {
    require(configuration.problem == nil, "GPT: \(configuration.problem ?? "")")
    require(precision.problem == nil, "GPT: \(precision.problem ?? "")")
    let (vocabulary, width) = (configuration.vocabularySize, configuration.modelDimension)
    let rotary = RotaryTable(
      positions: configuration.context, headSize: configuration.headSize,
      base: configuration.ropeBase)
    self.configuration = configuration
    self.precision = precision
    embedding = scope.child("embed").parameter(
      "weight", [vocabulary, width], .normal(deviation: 1))
    blocks = (0..<configuration.layers).map {
      Block(
        configuration, precision: precision, rotary: rotary, in: scope.child("blocks").child($0))
    }
    head = Linear(width, vocabulary, .zeros, precision: precision, in: scope.child("head"))
  }

  /// The matrices of attention, MLPs and routers: what Muon is for.
  public var hiddenMatrices: [Parameter] {
    blocks.flatMap(\.matrices)
  }

  /// One for each block with experts.
  public var routers: [Router] {
    blocks.compactMap(\.feedForward.router)
  }

  /// The scores of the token after each of `tokens`, before the softcap: `[tokens, vocabularySize]`.
  public func scores(of tokens: [TokenID]) -> Tensor {
    head(features(of: tokens))
  }

  /// One for each block.
  ///
  /// Queries and keys are normalized, so none is above `attentionScale x headSize`.
  public func largestAttentionScores(of tokens: [TokenID]) -> [Float] {
    var x = embedding.value.gathering(tokens).rmsNorm()
    return blocks.map { block in
      defer { x = block(x) }
      return block.attention.largestScore(x.rmsNorm())
    }
  }

  /// The normalized residual stream after the last block: `[tokens, modelDimension]`.
  private func features(of tokens: [TokenID]) -> Tensor {
    var x = embedding.value.gathering(tokens).rmsNorm()
    for block in blocks { x = block(x) }
    return x.rmsNorm()
  }
}
