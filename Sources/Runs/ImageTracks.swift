import Muon
import NanoGPT

extension TrackDefinition {
  /// 5000 handwritten digits of MNIST, 97 % of the ones set aside to be told: half a minute on two cores.
  ///
  /// Its recipes are untuned: sensible values, from a few trials of each.
  public static let digits = TrackDefinition(
    track: Track(
      name: "digits", corpus: "digits", textSHA256: ImageCorpus.digitsSHA256, vocabulary: 10,
      batch: 128, lanes: 4, valTokens: 940, valEvery: 10, targetAccuracy: 0.97,
      model: Track.Model(
        kind: Track.Model.convnet,
        images: Track.Model.Images(
          height: 28, width: 28, channels: 1, stem: 8, blocks: [16, 32, 32]))),
    recipes: [
      Recipe(
        steps: 160, schedule: Schedule(cooldown: 0.8),
        hidden: Muon(learningRate: 0.05, weightDecay: 0.1, momentum: 0.85),
        embed: .outer(learningRate: 0.02), head: .outer(learningRate: 0.02)),
      Recipe(
        steps: 160, schedule: Schedule(warmupSteps: 10, cooldown: 0.8),
        hidden: AdamW(
          learningRate: 0.005, beta1: 0.9, beta2: 0.95, epsilon: 1e-10, weightDecay: 0.1),
        embed: .outer(learningRate: 0.02), head: .outer(learningRate: 0.02)),
      Recipe(
        steps: 160, schedule: Schedule(warmupSteps: 10, cooldown: 0.8),
        hidden: SGD(learningRate: 0.1, momentum: 0.9, weightDecay: 0.01),
        embed: .outer(learningRate: 0.02), head: .outer(learningRate: 0.02)),
    ])

  /// Drawn lines, crosses and squares: a second, and nothing to install.
  ///
  /// Low rates and a large epsilon keep roundings small: another program, which adds in another order, comes to the same
  /// losses.
  public static let shapes = TrackDefinition(
    track: Track(
      name: "shapes", corpus: "shapes", textSHA256: ImageCorpus.shapesSHA256, vocabulary: 6,
      batch: 48, lanes: 4, valTokens: 240, valEvery: 10, dataSeed: 0, targetAccuracy: 0.95,
      model: Track.Model(
        kind: Track.Model.convnet,
        images: Track.Model.Images(
          height: 12, width: 12, channels: 1, stem: 8, blocks: [16, 16]))),
    recipes: [
      .shapes(Muon(learningRate: 0.01, weightDecay: 0.1, momentum: 0.85)),
      .shapes(
        AdamW(learningRate: 0.002, beta1: 0.9, beta2: 0.95, epsilon: 1e-3, weightDecay: 0.1)),
      .shapes(SGD(learningRate: 0.02, momentum: 0.9, weightDecay: 0.01)),
    ])
}

extension Recipe {
  /// One for the drawn shapes.
  fileprivate static func shapes(_ hidden: any UpdateRule) -> Recipe {
    let outer = AdamW(
      learningRate: 0.003, beta1: 0.9, beta2: 0.95, epsilon: 1e-3, weightDecay: 0)
    return Recipe(
      steps: 60, schedule: Schedule(warmupSteps: 10, cooldown: 0.6), hidden: hidden, embed: outer,
      head: outer)
  }
}

extension AdamW {
  /// For the filters that see the pixels, and for the head.
  fileprivate static func outer(learningRate: Double) -> AdamW {
    AdamW(learningRate: learningRate, beta1: 0.9, beta2: 0.95, epsilon: 1e-10, weightDecay: 0)
  }
}
