import Autograd
import AutogradTesting
import NanoGPT
import TestSupport
import Testing

/// A block between the single operations and the whole model.
@Suite struct BlockTests {
  private let configuration = GPTConfiguration(
    vocabularySize: 5, modelDimension: 24, heads: 2, layers: 1, context: 9)

  /// A model's only block with random weights, and a residual stream, in one scope.
  private func blockAndInput() throws -> (block: Block, input: Parameter, scope: ParameterScope) {
    let scope = ParameterScope(seed: 3)
    let model = GPT(configuration, in: scope)
    let input = scope.parameter("input", [7, 24], .normal(deviation: 1))
    var random = SplitMix64(seed: 4)
    for matrix in model.hiddenMatrices {
      matrix.assign(random.floats(matrix.shape.count).map { $0 / 4 })
    }
    return (try #require(model.blocks.first), input, scope)
  }

  @Test func gradientsOfInputAndWeights() throws {
    let (block, input, scope) = try blockAndInput()
    expectGradient(in: scope, step: 1e-3, tolerance: 1e-2) { block(input.value) }
  }

  /// The whole is `x + attention(rms(x))`, then `x + feedForward(rms(x))`.
  @Test func aBlockIsTwoResidualBranches() throws {
    let (block, input, _) = try blockAndInput()
    let x = input.value
    let attended = x + block.attention(x.rmsNorm())
    let expected = attended + block.feedForward(attended.rmsNorm())
    #expect(block(x).elements == expected.elements)
    #expect(relativeDifference(attended.elements, x.elements) > 0.1)
    #expect(relativeDifference(expected.elements, attended.elements) > 0.1)
  }

  /// With equal weights for queries and keys, a position's score for itself is the largest that there can be.
  @Test func theLargestScoreOfAttentionIsFound() {
    let model = GPT(configuration, in: ParameterScope(seed: 3))
    let matrices = model.hiddenMatrices
    let bound = configuration.attentionScale * Float(configuration.headSize)
    let other = model.largestAttentionScores(of: [0, 1, 2, 3, 4])
    #expect(other.count == 1 && other[0] > 0 && other[0] < bound)
    matrices[1].assign(matrices[0].value.elements)
    let equal = model.largestAttentionScores(of: [0, 1, 2, 3, 4])
    #expect(abs(equal[0] - bound) < 1e-4 * bound, "\(equal[0]) of \(bound)")
  }

  /// What a position gets depends on no later one.
  @Test func aBlockLooksBackOnly() throws {
    let (block, input, _) = try blockAndInput()
    let before = block(input.value).elements
    var changed = input.value.elements
    for index in 5 * 24..<7 * 24 { changed[index] += 1 }
    input.assign(changed)
    let after = block(input.value).elements
    #expect(before.prefix(5 * 24) == after.prefix(5 * 24))
    #expect(before.suffix(2 * 24) != after.suffix(2 * 24))
  }
}
