import NanoGPT

extension Track.Model {
  /// The extents of a model of images.
  public struct Images: Codable, Hashable, Sendable {
    /// The rows of pixels of an image.
    public var height: Int
    /// The columns of pixels of an image.
    public var width: Int
    /// The bytes of a pixel.
    public var channels: Int
    /// The filters of the first convolution.
    public var stem: Int
    /// The filters of both convolutions of each block.
    public var blocks: [Int]

    /// Creates extents.
    public init(height: Int, width: Int, channels: Int, stem: Int, blocks: [Int]) {
      (self.height, self.width, self.channels) = (height, width, channels)
      (self.stem, self.blocks) = (stem, blocks)
    }

    /// The extents of an image.
    package var extents: LabelledImages.Extents {
      LabelledImages.Extents(height: height, width: width, channels: channels)
    }
  }

  /// A model of images; what only a language model has says that an image is one of its tokens.
  public init(kind: String, images: Images, softcap: Double = 15) {
    self.init(
      kind: kind, modelDimension: images.stem, heads: 1, layers: images.blocks.count, context: 1,
      softcap: softcap, images: images)
  }
}

extension Track.Model {
  /// The name of the convolutional network of this package.
  package static let convnet = "convnet"
}

extension Track.Model: Codable {
  private enum Keys: String, CodingKey {
    case modelDimension = "model_dim"
    case kind, heads, layers, context, softcap
    case attentionScale = "attention_scale"
    case ropeBase = "rope_base"
    case experts
    case expertsActive = "experts_active"
    case expertWidth = "expert_width"
    case balanceRate = "balance_rate"
  }

  private enum ImageKeys: String, CodingKey, CaseIterable {
    case height, width, channels, stem, blocks
  }

  /// Decodes a table that has the keys of its kind of model, and no others.
  public init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: Keys.self)
    let kind = try container.decodeIfPresent(String.self, forKey: .kind)
    let others = try decoder.container(keyedBy: ImageKeys.self)
    let isOfImages = kind.map { Registry.current.imageModels[$0] != nil } ?? false
    func refuse(_ key: (any CodingKey)?) throws {
      guard let key else { return }
      throw DecodingError.dataCorrupted(
        DecodingError.Context(
          codingPath: decoder.codingPath + [key],
          debugDescription: "the model \(kind ?? Self.gpt) has no such extent"))
    }
    guard isOfImages else {
      try refuse(ImageKeys.allCases.first(where: others.contains))
      self.init(
        kind: kind, modelDimension: try container.decode(Int.self, forKey: .modelDimension),
        heads: try container.decode(Int.self, forKey: .heads),
        layers: try container.decode(Int.self, forKey: .layers),
        context: try container.decode(Int.self, forKey: .context),
        softcap: try container.decode(Double.self, forKey: .softcap),
        attentionScale: try container.decode(Double.self, forKey: .attentionScale),
        ropeBase: try container.decode(Double.self, forKey: .ropeBase),
        experts: try container.decodeIfPresent(Int.self, forKey: .experts),
        expertsActive: try container.decodeIfPresent(Int.self, forKey: .expertsActive),
        expertWidth: try container.decodeIfPresent(Int.self, forKey: .expertWidth),
        balanceRate: try container.decodeIfPresent(Double.self, forKey: .balanceRate))
      return
    }
    try refuse(container.allKeys.first { $0 != .kind && $0 != .softcap })
    self.init(
      kind: kind ?? "", images: try Images(from: decoder),
      softcap: try container.decode(Double.self, forKey: .softcap))
  }

  /// Encodes the table.
  public func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: Keys.self)
    try container.encodeIfPresent(kind, forKey: .kind)
    try container.encode(softcap, forKey: .softcap)
    if let images { return try images.encode(to: encoder) }
    try container.encode(modelDimension, forKey: .modelDimension)
    try container.encode(heads, forKey: .heads)
    try container.encode(layers, forKey: .layers)
    try container.encode(context, forKey: .context)
    try container.encode(attentionScale, forKey: .attentionScale)
    try container.encode(ropeBase, forKey: .ropeBase)
    try container.encodeIfPresent(experts, forKey: .experts)
    try container.encodeIfPresent(expertsActive, forKey: .expertsActive)
    try container.encodeIfPresent(expertWidth, forKey: .expertWidth)
    try container.encodeIfPresent(balanceRate, forKey: .balanceRate)
  }
}
