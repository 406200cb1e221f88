import Autograd
import NanoGPT

/// Models as runs would build them, for the names of their parameters: each configuration's is built once.
struct KnownModels {
  private var models: [GPTConfiguration: GPT] = [:]

  /// The most weights a model may have: a gigabyte of them.
  private static let mostWeights = 1 << 28

  /// The model of a configuration, with weights of no meaning; nil when they are too many to build.
  mutating func model(of configuration: GPTConfiguration) -> GPT? {
    if let model = models[configuration] { return model }
    guard configuration.weights <= Self.mostWeights else { return nil }
    let model = GPT(configuration, in: ParameterScope(seed: 0))
    models[configuration] = model
    return model
  }
}

extension GPTConfiguration {
  /// The weights of embedding, head, and the matrices inside the blocks.
  var weights: Int {
    2 * vocabularySize * modelDimension
      + layers * (4 * modelDimension * modelDimension + 2 * modelDimension * hiddenDimension)
  }
}
