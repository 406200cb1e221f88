import Autograd

/// Everything that determines a ``GPT``: its extents and its few constants.
public struct GPTConfiguration: Codable, Hashable, Sendable {
  /// The number of tokens the model knows.
  public var vocabularySize: Int
  /// The width of the residual stream.
  public var modelDimension: Int
  /// The number of attention heads; the width divides into them.
  public var heads: Int
  /// The number of blocks.
  public var layers: Int
  /// The number of tokens the model sees at once.
  public var context: Int
  /// The bound of the logits.
  public var softcap: Float
  /// The factor on attention scores.
  public var attentionScale: Float
  /// The base of the rotary frequencies.
  public var ropeBase: Double
  /// The experts in a block that tokens choose from; nil for one MLP that all tokens take.
  public var experts: Int?
  /// How many of them a token takes, beside the one that all take; nil without experts.
  public var expertsActive: Int?
  /// The width inside an expert; nil for that with which the active ones have as many weights as an MLP.
  ///
  /// That is `4 modelDimension / (expertsActive + 1)`, rounded down.
  public var expertWidth: Int?
  /// How far an expert's bias moves in a step, before any schedule; nil for ``usualBalanceRate``.
  public var balanceRate: Double?

  enum CodingKeys: String, CodingKey {
    case vocabularySize = "vocab_size"
    case modelDimension = "model_dim"
    case heads, layers, context, softcap
    case attentionScale = "attention_scale"
    case ropeBase = "rope_base"
    case experts
    case expertsActive = "experts_active"
    case expertWidth = "expert_width"
    case balanceRate = "balance_rate"
  }

  /// Creates a configuration; the constants default to those of modded-nanogpt.
  public init(
    vocabularySize: Int, modelDimension: Int, heads: Int, layers: Int, context: Int,
    softcap: Float = 15, attentionScale: Float = 0.12, ropeBase: Double = 1024,
    experts: Int? = nil, expertsActive: Int? = nil, expertWidth: Int? = nil,
    balanceRate: Double? = nil
  ) {
    self.vocabularySize = vocabularySize
    self.modelDimension = modelDimension
    self.heads = heads
    self.layers = layers
    self.context = context
    self.softcap = softcap
    self.attentionScale = attentionScale
    self.ropeBase = ropeBase
    (self.experts, self.expertsActive) = (experts, expertsActive)
    (self.expertWidth, self.balanceRate) = (expertWidth, balanceRate)
  }

  /// The width of one head.
  public var headSize: Int { modelDimension / heads }

  /// The width inside an MLP: four times the model's.
  public var hiddenDimension: Int { 4 * modelDimension }

  /// What keeps this configuration from describing a model, in words; nil when nothing does.
  public var problem: String? {
    let extents = [vocabularySize, modelDimension, heads, layers, context]
    if extents.contains(where: { $0 < 1 }) {
      return "vocab_size, model_dim, heads, layers and context must be at least 1"
    }
    if extents.contains(where: { $0 > Self.largestExtent }) {
      return "vocab_size, model_dim, heads, layers and context must be at most "
        + "\(Self.largestExtent)"
    }
    if layers > Self.mostLayers { return "layers \(layers) is above \(Self.mostLayers)" }
    let mostTokens = BytePairTokenizer.vocabularySizes.upperBound
    if vocabularySize > mostTokens {
      return "vocab_size \(vocabularySize) is above \(mostTokens)"
    }
    if !modelDimension.isMultiple(of: 4 * heads) {
      return "model_dim \(modelDimension) does not divide into \(heads) heads of a multiple of 4"
    }
    if !(softcap > 0 && softcap <= 80) { return "softcap \(softcap) is not above 0 and at most 80" }
    if !(ropeBase > 0) || !ropeBase.isFinite {
      return "rope_base \(ropeBase) is not above 0 and finite"
    }
    // The softmax subtracts the largest score before it scales, which is right for positive scales only.
    if !(attentionScale > 0) || !attentionScale.isFinite {
      return "attention_scale \(attentionScale) is not above 0 and finite"
    }
    return problemOfExperts
  }

  /// Far above any model for a CPU, and small enough that no product of extents overflows.
  static let largestExtent = 1 << 20
  private static let mostLayers = 1000
}

extension GPTConfiguration {
  /// The shapes of all matrices inside one block: queries, keys, values, projection, and the MLP's two or those of
  /// the router and of every expert.
  public var blockShapes: [Shape] {
    attentionShapes
      + (mixture.map { routerShapes($0) + mlpShapes($0.count + 1, $0.width) }
        ?? mlpShapes(1, hiddenDimension))
  }

  /// The same, of the matrices that one token meets: of experts, those that it takes.
  public var activeBlockShapes: [Shape] {
    attentionShapes
      + (mixture.map { routerShapes($0) + mlpShapes($0.active + 1, $0.width) }
        ?? mlpShapes(1, hiddenDimension))
  }

  private var attentionShapes: [Shape] {
    Array(repeating: [modelDimension, modelDimension], count: 4)
  }

  private func routerShapes(_ experts: Experts) -> [Shape] { [[experts.count, modelDimension]] }

  private func mlpShapes(_ count: Int, _ hidden: Int) -> [Shape] {
    (0..<count).flatMap { _ in [[hidden, modelDimension], [modelDimension, hidden]] as [Shape] }
  }

  /// The weights of embedding, head, and the matrices inside the blocks.
  public var weights: Int {
    2 * vocabularySize * modelDimension + layers * blockShapes.reduce(0) { $0 + $1.count }
  }

  /// Floating-point operations a token in the products of blocks and head: two for each weight that the token meets,
  /// three times, as backward has two products for each of forward's.
  public var projectionOperationsPerToken: Double {
    let blockWeights = activeBlockShapes.reduce(0) { $0 + $1.count }
    return 6 * Double(layers * blockWeights + vocabularySize * modelDimension)
  }

  /// Floating-point operations a token in scores and weighted sums below the diagonal, forward and backward.
  public var attentionOperationsPerToken: Double {
    6 * Double(layers * context * modelDimension)
  }
}
