import Autograd
import Foundation
import NanoGPT
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
    let scope = ParameterScope(seed: 1)
    let model = GPT(configuration, in: scope)
    var random = SplitMix64(seed: 2)
    for parameter in scope.parameters {
      parameter.assign((0..<parameter.shape.count).map { _ in Float(random.uniform() - 0.5) })
    }
    let one = model.logits(of: [1, 2, 3, 4, 5]).elements
    let other = model.logits(of: [1, 2, 3, 40, 41]).elements
    #expect(Array(one.prefix(3 * 50)) == Array(other.prefix(3 * 50)))
    #expect(one.suffix(50) != other.suffix(50))
    #expect(one.allSatisfy { abs($0) < 15 })
  }

  @Test func impossibleConfigurationsSaySo() {
    var wrong = configuration
    wrong.heads = 3
    #expect(wrong.problem?.contains("3 heads") == true)
    wrong = configuration
    wrong.layers = 0
    #expect(wrong.problem?.contains("layers") == true)
    wrong = configuration
    wrong.softcap = 0
    #expect(wrong.problem?.contains("softcap") == true)
    #expect(configuration.problem == nil)
  }
}
