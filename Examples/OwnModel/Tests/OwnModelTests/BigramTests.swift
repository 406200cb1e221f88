import Autograd
import AutogradTesting
import NanoGPT
import Testing

@testable import OwnModel

@Suite struct BigramTests {
  let scope = ParameterScope(seed: 1)
  let model: Bigram

  init() {
    let configuration = GPTConfiguration(
      vocabularySize: 7, modelDimension: 8, heads: 1, layers: 1, context: 4)
    model = Bigram(configuration, precision: .float32, in: scope)
    // The projection and the head start at zero, where most gradients are zero too.
    for layer in [model.projection, model.head] {
      layer.weight.assign((0..<layer.weight.shape.count).map { Float($0 % 5) / 5 - 0.4 })
    }
  }

  @Test func theLossHasItsGradient() {
    expectGradient(in: scope) { model.loss(of: [1, 4, 2, 6], against: [4, 2, 6, 0]) }
  }

  @Test func aGuessDependsOnOneTokenOnly() {
    let (a, b) = (model.logits(of: [3, 5]), model.logits(of: [1, 5]))
    #expect(a.elements[7...] == b.elements[7...])
    #expect(a.elements[..<7] != b.elements[..<7])
  }
}
