import NanoGPT

/// What a model was built from, whatever it is a model of.
package enum ModelConfiguration: Hashable, Sendable {
  case language(GPTConfiguration)
  case images(ImageConfiguration)

  /// What keeps it from describing a model, in words; nil when nothing does.
  package var problem: String? {
    switch self {
    case .language(let configuration): configuration.problem
    case .images(let configuration): configuration.problem
    }
  }

  /// The weights of the model, as far as its configuration tells.
  package var weights: Int {
    switch self {
    case .language(let configuration): configuration.weights
    case .images(let configuration): configuration.weights
    }
  }

  /// That of a language model; nil of any other.
  package var language: GPTConfiguration? {
    if case .language(let configuration) = self { configuration } else { nil }
  }
}

extension ModelConfiguration: Codable {
  private enum Key: String, CodingKey { case classes }

  /// Decodes either; only images have classes.
  package init(from decoder: any Decoder) throws {
    if try decoder.container(keyedBy: Key.self).contains(.classes) {
      self = .images(try ImageConfiguration(from: decoder))
    } else {
      self = .language(try GPTConfiguration(from: decoder))
    }
  }

  /// Encodes the configuration itself.
  package func encode(to encoder: any Encoder) throws {
    switch self {
    case .language(let configuration): try configuration.encode(to: encoder)
    case .images(let configuration): try configuration.encode(to: encoder)
    }
  }
}

extension Track {
  /// What its model is built from.
  package var modelConfiguration: ModelConfiguration {
    guard let images = model.images else { return .language(configuration) }
    return .images(
      ImageConfiguration(
        classes: vocabulary, height: images.height, width: images.width,
        channels: images.channels, stem: images.stem, blocks: images.blocks,
        softcap: Float(model.softcap)))
  }
}
