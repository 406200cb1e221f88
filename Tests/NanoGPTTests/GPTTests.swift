import Autograd
import Foundation
import NanoGPT
import TestSupport
import Testing

@Suite struct GPTTests {
  private let configuration = GPTConfiguration(
    vocabularySize: 50, modelDimension: 16, heads: 2, layers: 2, context: 12)

  @Test func aFreshModelKnowsNothing() {
    let model = GPT(configuration, in: ParameterScope(seed: 1))
    let loss = model.loss(of: [1, 2, 3], against: [2, 3, 4])
    #expect(abs(Double(loss.scalar) - log(50)) < 1e-6)
  }

  @Test func parametersAreNamedAndShapedAsAgreed() {
    let scope = ParameterScope(seed: 1)
    let model = GPT(configuration, in: scope)
    let shapes = Dictionary(uniqueKeysWithValues: scope.parameters.map { ($0.name, $0.shape) })
    #expect(shapes.count == 2 + 2 * 6)
    #expect(shapes["embed.weight"] == [50, 16])
    #expect(shapes["head.weight"] == [50, 16])
    for block in 0..<2 {
      for name in ["q", "k", "v", "proj"] {
        #expect(shapes["blocks.\(block).attn.\(name).weight"] == [16, 16])
      }
      #expect(shapes["blocks.\(block).mlp.fc.weight"] == [64, 16])
      #expect(shapes["blocks.\(block).mlp.proj.weight"] == [16, 64])
    }
    #expect(model.hiddenMatrices.count == 12)
  }

  /// A later token must not change what the model says of an earlier one.
  @Test func predictionsDependOnThePastOnly() {
    let model = randomModel(configuration, seed: 2)
    let one = model.logits(of: [1, 2, 3, 4, 5]).elements
    let other = model.logits(of: [1, 2, 3, 40, 41]).elements
    #expect(Array(one.prefix(3 * 50)) == Array(other.prefix(3 * 50)))
    #expect(one.suffix(50) != other.suffix(50))
    #expect(one.allSatisfy { abs($0) < 15 })
  }

  @Test func bitsPerByteAreKnownWhereBytesAre() throws {
    let model = GPT(configuration, in: ParameterScope(seed: 1))
    let lanes = Lanes(count: 1, scope: ParameterScope(seed: 1), workers: Workers(count: 1))
    try withTemporaryDirectory { directory in
      let url = directory.appendingPathComponent("shard.bin")
      try TokenShard.write(Array(0..<25), to: url)
      let validation = try ValidationSet(
        shards: [TokenShard(contentsOf: url)], tokens: 24, contextLength: 12)
      // A fresh model finds all 50 tokens as likely; 24 of them stand for 48 bytes.
      let evaluation = model.evaluate(validation, bytes: 48, in: lanes)
      #expect(abs((evaluation.bitsPerByte ?? 0) - log2(50) / 2) < 1e-5)
      #expect(model.evaluate(validation, bytes: nil, in: lanes).bitsPerByte == nil)
    }
  }

  /// A glance at every third window, then the rest: the whole has the same bits.
  @Test func aGlanceAndTheRestAreTheWhole() throws {
    let scope = ParameterScope(seed: 2)
    let model = GPT(configuration, in: scope)
    var random = SplitMix64(seed: 2)
    for parameter in scope.parameters {
      parameter.assign(random.floats(parameter.shape.count).map { $0 / 2 })
    }
    let lanes = Lanes(count: 3, scope: scope, workers: Workers(count: 2))
    try withTemporaryDirectory { directory in
      let url = directory.appendingPathComponent("shard.bin")
      try TokenShard.write((0..<121).map { TokenID($0 * 7 % 50) }, to: url)
      let set = try ValidationSet(
        shards: [TokenShard(contentsOf: url)], tokens: 120, contextLength: 12)
      let whole = model.evaluate(set, bytes: nil, in: lanes)
      var validation = GlancingValidation(set, every: 3, tokenizer: nil, lanes: lanes)
      #expect(validation.whole(model) == whole, "without a glance")
      let glance = validation.glance(model)
      let windows = [0, 3, 6, 9].map { index in
        Double(
          model.loss(of: set.windows.inputs[index], against: set.windows.targets[index]).scalar)
      }
      #expect(glance.loss == windows.reduce(0, +) / 4)
      #expect(glance != whole)
      #expect(validation.whole(model) == whole, "after one")
    }
  }

  @Test func impossibleConfigurationsSaySo() {
    func problem(_ change: (inout GPTConfiguration) -> Void) -> String {
      var changed = configuration
      change(&changed)
      return changed.problem ?? ""
    }
    #expect(problem { $0.heads = 3 }.contains("3 heads"))
    #expect(problem { $0.layers = 0 }.contains("at least 1"))
    #expect(problem { $0.layers = 1001 }.contains("layers 1001"))
    #expect(problem { $0.vocabularySize = 65537 }.contains("vocab_size 65537"))
    for extent in [1 << 20 | 1, Int.max] {
      #expect(problem { $0.modelDimension = extent }.contains("at most 1048576"))
      #expect(problem { $0.heads = extent }.contains("at most 1048576"))
      #expect(problem { $0.context = extent }.contains("at most 1048576"))
    }
    for cap: Float in [0, 81, .nan] {
      #expect(problem { $0.softcap = cap }.contains("is not above 0 and at most 80"))
    }
    for scale: Float in [0, -0.12, .infinity, .nan] {
      #expect(problem { $0.attentionScale = scale }.contains("attention_scale"))
    }
    for base in [0, .infinity, .nan] {
      #expect(problem { $0.ropeBase = base }.contains("rope_base"))
    }
  }

  @Test func theLargestConfigurationHasNoProblem() {
    var large = configuration
    #expect(large.problem == nil)
    (large.vocabularySize, large.modelDimension, large.heads) = (1 << 16, 1 << 20, 1 << 18)
    (large.layers, large.context, large.softcap) = (1000, 1 << 20, 80)
    #expect(large.problem == nil)
  }
}
