import Corpora
import Muon
import NanoGPT

extension TrackDefinition {
  /// The King James Bible, a model just large enough for the target: a quarter of a minute on two cores.
  ///
  /// A context of 128 gives each token of the validation set less text before it than the 256 of ``kjv``: losses of
  /// the two do not compare.
  public static let sprint = TrackDefinition(
    track: Track(
      name: "sprint", version: 1, corpus: "kjv", textSHA256: Corpus.kingJamesSHA256,
      vocabulary: 1024, batch: 32, lanes: 4, valTokens: 98_304, valEvery: 20, valEveryLate: 10,
      valGlance: 24, valNear: 0.02, target: 2.85,
      model: Track.Model(modelDimension: 96, heads: 2, layers: 2, context: 128)),
    recipes: [
      Recipe(
        steps: 430, schedule: Schedule(warmupSteps: 25, cooldown: 0.564),
        hidden: Muon(learningRate: 0.05488, weightDecay: 0.0178, momentum: 0.8),
        embed: .embedding(learningRate: 0.14), head: .embedding(learningRate: 0.0147)),
      Recipe(
        steps: 550, schedule: Schedule(warmupSteps: 4, cooldown: 0.35),
        hidden: AdamW.matrices(
          learningRate: 0.006258, beta1: 0.6, beta2: 0.958, weightDecay: 0.133),
        embed: .embedding(learningRate: 1.7), head: .embedding(learningRate: 0.00993)),
      Recipe(
        steps: 681, schedule: Schedule(warmupSteps: 34, cooldown: 0.632),
        hidden: Lion(learningRate: 0.001897, beta1: 0.823, beta2: 0.983, weightDecay: 1.58),
        embed: .embedding(learningRate: 2.4), head: .embedding(learningRate: 0.01179)),
    ])

  /// The King James Bible: one to two minutes on two cores.
  public static let kjv = TrackDefinition(
    track: Track(
      name: "kjv", version: 1, corpus: "kjv", textSHA256: Corpus.kingJamesSHA256, vocabulary: 1024,
      batch: 16,
      lanes: 4, valTokens: 98_304, valEvery: 20, valEveryLate: 5, valGlance: 24, valNear: 0.03,
      dataSeed: 0, target: 2.85,
      model: Track.Model(modelDimension: 256, heads: 4, layers: 4, context: 256)),
    recipes: [
      Recipe(
        steps: 190, schedule: Schedule(cooldown: 0.6),
        hidden: Muon(learningRate: 0.05, weightDecay: 0.1, momentum: 0.85),
        embed: .embedding(learningRate: 0.3), head: .embedding(learningRate: 0.008)),
      Recipe(
        steps: 300, schedule: Schedule(warmupSteps: 20, cooldown: 0.6),
        hidden: AdamW.matrices(learningRate: 0.0024, beta1: 0.7, beta2: 0.99),
        embed: .embedding(learningRate: 3), head: .embedding(learningRate: 0.008)),
      Recipe(
        steps: 300, schedule: Schedule(warmupSteps: 20, cooldown: 0.6),
        hidden: Lion(learningRate: 0.0006, beta1: 0.9, beta2: 0.99, weightDecay: 0.5),
        embed: .embedding(learningRate: 3), head: .embedding(learningRate: 0.008)),
    ])

  /// ``kjv`` with a mixture of experts: each token takes seven of sixteen and a shared one, which together have as many
  /// weights as the MLP in their place.
  ///
  /// Few and wide experts would be quicker forward and backward, but take Muon longer: for as many weights, the work of
  /// orthogonalizing grows with the width.
  ///
  /// Its recipes are those of ``kjv`` but for what `results/sweeps/kjv-moe.toml` found better: 6 trials for each optimizer.
  /// Its target is that of ``kjv``.
  public static let kjvMoE: TrackDefinition = {
    var definition = kjv
    definition.track.name = "kjv-moe"
    (definition.track.model.experts, definition.track.model.expertsActive) = (16, 7)
    for recipe in [
      Recipe(
        steps: 190, schedule: Schedule(cooldown: 0.6),
        hidden: Muon(learningRate: 0.05, weightDecay: 0.1, momentum: 0.85),
        embed: .embedding(learningRate: 0.3), head: .embedding(learningRate: 0.0128)),
      Recipe(
        steps: 280, schedule: Schedule(warmupSteps: 20, cooldown: 0.6),
        hidden: AdamW.matrices(learningRate: 0.00336, beta1: 0.7, beta2: 0.99),
        embed: .embedding(learningRate: 3), head: .embedding(learningRate: 0.008)),
    ] {
      definition.recipes[recipe.optimizer] = recipe
    }
    return definition
  }()

  /// Generated stories, byte by byte: a few seconds.
  public static let micro = TrackDefinition(
    track: Track(
      name: "micro", corpus: "micro", textSHA256: Corpus.microSHA256,
      vocabulary: ByteTokenizer.vocabularySize, batch: 8, lanes: 4,
      valTokens: 8192, valEvery: 10, dataSeed: 0, target: 0.65,
      model: Track.Model(modelDimension: 64, heads: 2, layers: 2, context: 64)),
    recipes: [
      Recipe(
        steps: 200, schedule: Schedule(cooldown: 0.6),
        hidden: Muon(learningRate: 0.04, weightDecay: 0),
        embed: .embedding(learningRate: 0.3), head: .embedding(learningRate: 0.016)),
      Recipe(
        steps: 300, schedule: Schedule(warmupSteps: 20, cooldown: 0.6),
        hidden: AdamW.matrices(learningRate: 0.005),
        embed: .embedding(learningRate: 1), head: .embedding(learningRate: 0.016)),
      Recipe(
        steps: 300, schedule: Schedule(warmupSteps: 20, cooldown: 0.6),
        hidden: Lion(learningRate: 0.004, beta1: 0.9, beta2: 0.99, weightDecay: 1),
        embed: .embedding(learningRate: 1), head: .embedding(learningRate: 0.016)),
    ])
}

extension AdamW {
  /// For embedding and head: quick to forget, as in modded-nanogpt.
  fileprivate static func embedding(learningRate: Double) -> AdamW {
    AdamW(learningRate: learningRate, beta1: 0.8, beta2: 0.95, epsilon: 1e-10, weightDecay: 0)
  }

  /// For the matrices inside the blocks.
  fileprivate static func matrices(
    learningRate: Double, beta1: Double = 0.9, beta2: Double = 0.95, weightDecay: Double = 0
  ) -> AdamW {
    AdamW(
      learningRate: learningRate, beta1: beta1, beta2: beta2, epsilon: 1e-10,
      weightDecay: weightDecay)
  }
}
