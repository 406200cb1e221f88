import Muon
import NanoGPT

extension TrackDefinition {
  /// Sizes of models for text of one's own, smallest first: tracks that have no corpus yet.
  ///
  /// Their recipes are where a search may start, not its end.
  package static let presets = [tiny, small, medium, gpt2Small]

  /// Below a million parameters beside its vocabulary: seconds to minutes.
  static let tiny = TrackDefinition(
    preset: "tiny", vocabulary: 1024, batch: 32, valTokens: 98_304,
    Track.Model(modelDimension: 128, heads: 2, layers: 2, context: 128))

  /// The model of ``kjv``.
  static let small = TrackDefinition(
    preset: "small", vocabulary: 1024, batch: 16, valTokens: 98_304,
    Track.Model(modelDimension: 256, heads: 4, layers: 4, context: 256))

  /// 25 million parameters beside its vocabulary.
  static let medium = TrackDefinition(
    preset: "medium", vocabulary: 8192, batch: 16, valTokens: 65_536,
    Track.Model(modelDimension: 512, heads: 8, layers: 8, context: 512))

  /// The extents of GPT-2's smallest: 85 million parameters beside its vocabulary.
  ///
  /// That is padded from 50 257 to a multiple of 64, as llm.c and modded-nanogpt do: tokens that never come up cost
  /// little, and products of such a width go faster. As many lanes as threads of the least machine, because each has
  /// gradients of its own.
  static let gpt2Small = TrackDefinition(
    preset: "gpt2-small", vocabulary: 50_304, batch: 8, lanes: 2, valTokens: 16_384,
    Track.Model(modelDimension: 768, heads: 12, layers: 12, context: 1024))

  private init(
    preset name: String, vocabulary: Int, batch: Int, lanes: Int = 4, valTokens: Int,
    _ model: Track.Model
  ) {
    let track = Track(
      name: name, corpus: "", vocabulary: vocabulary, batch: batch, lanes: lanes,
      valTokens: valTokens, valEvery: 50, model: model)
    self.init(track: track, recipes: TrackDefinition.kjv.recipes.values.map { $0.ofSteps(500) })
  }
}

extension Recipe {
  /// This over another number of steps.
  fileprivate func ofSteps(_ steps: Int) -> Recipe {
    var recipe = self
    recipe.steps = steps
    return recipe
  }
}
