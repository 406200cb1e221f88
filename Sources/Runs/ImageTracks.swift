import Muon
import NanoGPT

extension TrackDefinition {
  /// 5000 handwritten digits of MNIST, 96 % of the ones set aside to be told: some ten seconds on two cores.
  ///
  /// The search of `results/sweeps/digits.toml` found the recipes, of 160 steps for each optimizer. The target is a little below what
  /// gradient descent then reaches, the least of the three: 96.4 %, the mean of seeds 0 to 19. The steps of the others are
  /// the fewest of a few lengths tried at which three seeds ended above 97 %.
  public static let digits = TrackDefinition(
    track: Track(
      name: "digits", version: 1, corpus: "digits", textSHA256: ImageCorpus.digitsSHA256,
      vocabulary: 10, batch: 128, lanes: 4, valTokens: 940, valEvery: 5, targetAccuracy: 0.96,
      model: Track.Model(
        kind: Track.Model.convnet,
        images: Track.Model.Images(
          height: 28, width: 28, channels: 1, stem: 8, blocks: [16, 32, 32]))),
    recipes: [
      Recipe(
        steps: 70, schedule: Schedule(warmupSteps: 6, cooldown: 0.738),
        hidden: Muon(learningRate: 0.0632, weightDecay: 0.0422, momentum: 0.654),
        embed: .outer(learningRate: 0.0409), head: .outer(learningRate: 0.00245)),
      Recipe(
        steps: 110, schedule: Schedule(warmupSteps: 26, cooldown: 0.648),
        hidden: AdamW(
          learningRate: 0.004215, beta1: 0.713, beta2: 0.967, epsilon: 1e-10, weightDecay: 0.3647),
        embed: .outer(learningRate: 0.01227), head: .outer(learningRate: 0.002742)),
      Recipe(
        steps: 160, schedule: Schedule(warmupSteps: 8, cooldown: 0.595),
        hidden: SGD(learningRate: 0.1891, momentum: 0.847, weightDecay: 0.007488),
        embed: .outer(learningRate: 0.01884), head: .outer(learningRate: 0.003759)),
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
