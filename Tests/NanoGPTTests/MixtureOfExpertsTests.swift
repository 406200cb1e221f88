import Autograd
import AutogradTesting
import Foundation
import NanoGPT
import TestSupport
import Testing

/// A model whose blocks have experts.
@Suite struct MixtureOfExpertsTests {
  private let configuration = GPTConfiguration(
    vocabularySize: 50, modelDimension: 24, heads: 2, layers: 2, context: 12, experts: 5,
    expertsActive: 2)

  /// The layer of a model with random weights, biases small enough to leave a choice.
  private func layer(
    in scope: ParameterScope, _ configuration: GPTConfiguration? = nil
  ) throws -> MixtureOfExperts {
    let model = GPT(configuration ?? self.configuration, in: scope)
    var random = SplitMix64(seed: 4)
    for parameter in scope.parameters {
      parameter.assign(random.floats(parameter.shape.count).map { $0 / 4 })
    }
    guard case .experts(let layer) = model.blocks[0].feedForward else {
      throw UnexpectedLayer()
    }
    return layer
  }

  private struct UnexpectedLayer: Error {}

  @Test func parametersAreNamedAndShapedAsAgreed() {
    let scope = ParameterScope(seed: 1)
    let model = GPT(configuration, in: scope)
    let shapes = Dictionary(uniqueKeysWithValues: scope.parameters.map { ($0.name, $0.shape) })
    #expect(shapes.count == 2 + 2 * (4 + 2 + 6 * 2))
    for block in 0..<2 {
      let moe = "blocks.\(block).moe"
      #expect(shapes["\(moe).router.weight"] == [5, 24])
      #expect(shapes["\(moe).router.bias"] == [5])
      for mlp in (0..<5).map({ "experts.\($0)" }) + ["shared"] {
        #expect(shapes["\(moe).\(mlp).fc.weight"] == [32, 24])
        #expect(shapes["\(moe).\(mlp).proj.weight"] == [24, 32])
      }
    }
    #expect(
      model.hiddenMatrices.map(\.shape) == configuration.blockShapes + configuration.blockShapes)
    #expect(model.routers.map(\.bias.name) == (0..<2).map { "blocks.\($0).moe.router.bias" })
    let matrices = [model.embedding, model.head.weight] + model.hiddenMatrices
    #expect(Set((matrices + model.routers.map(\.bias)).map(\.name)) == Set(shapes.keys))
    #expect(configuration.weights == matrices.reduce(0) { $0 + $1.shape.count })
  }

  @Test func aFreshModelKnowsNothing() {
    let model = GPT(configuration, in: ParameterScope(seed: 1))
    let loss = model.loss(of: [1, 2, 3], against: [2, 3, 4])
    #expect(abs(Double(loss.scalar) - log(50)) < 1e-6)
  }

  /// The active experts and the shared one have the weights of one MLP; only the router is more.
  @Test func theUsualWidthMakesActiveWeightsThoseOfAnMLP() {
    var dense = configuration
    (dense.experts, dense.expertsActive) = (nil, nil)
    let router = 6.0 * 2 * 5 * 24
    #expect(
      configuration.projectionOperationsPerToken == dense.projectionOperationsPerToken + router)
    #expect(configuration.weights > dense.weights)
    var odd = configuration
    odd.expertsActive = 4
    #expect(odd.mixture?.width == 19, "96 / 5")
  }

  @Test(arguments: [1, 2, 7])
  func everyTokenGetsItsExpertsAndTheSharedOne(positions: Int) throws {
    let layer = try layer(in: ParameterScope(seed: 3))
    let values = Oracle.random(positions * 24, seed: 5).map(Float.init)
    let x = Tensor(values, shape: [positions, 24])
    let whole = layer(x).elements
    for position in 0..<positions {
      let token = Tensor(Array(values[position * 24..<(position + 1) * 24]), shape: [1, 24])
      let choice = layer.router(token)
      var expected = layer.shared(token)
      let chosen = choice.loads.indices.filter { choice.loads[$0] == 1 }
      #expect(chosen.count == 2)
      for (gate, expert) in zip(choice.gates.elements, chosen) {
        expected = expected + layer.experts[expert](token).scaled(by: gate)
      }
      expectClose(
        Array(whole[position * 24..<(position + 1) * 24]), expected.elements.map(Double.init))
    }
  }

  /// With all experts active, no small change changes a choice.
  ///
  /// The biases stay: they have the load for a gradient.
  @Test func gradientsOfInputAndWeights() throws {
    var configuration = configuration
    configuration.expertsActive = 5
    let scope = ParameterScope(seed: 3)
    let layer = try layer(in: scope, configuration)
    let input = scope.parameter("input", [7, 24], .normal(deviation: 1))
    let cotangent = Tensor(Oracle.random(7 * 24, seed: 6).map(Float.init), shape: [7, 24])
    func loss() -> Tensor { (layer(input.value) * cotangent).sum() }
    let gradients = Gradients(of: scope)
    loss().backward(into: gradients)
    #expect(gradients[layer.router.bias].elements == [7, 7, 7, 7, 7])

    let moved = [input, layer.router.weight] + (layer.experts + [layer.shared]).flatMap(\.matrices)
    for (index, parameter) in moved.enumerated() {
      let start = parameter.value.elements
      let tangent = Oracle.random(start.count, seed: 7 + UInt64(index))
      func value(at h: Double) -> Double {
        parameter.assign(zip(start, tangent).map { Float(Double($0) + h * $1) })
        return Double(loss().scalar)
      }
      let numeric = (value(at: 2e-3) - value(at: -2e-3)) / 4e-3
      parameter.assign(start)
      let analytic = zip(gradients[parameter].elements, tangent).reduce(0) {
        $0 + Double($1.0) * $1.1
      }
      #expect(
        abs(analytic - numeric) < 1e-2 * max(abs(numeric), 0.1),
        "\(parameter.name): \(analytic) and \(numeric)")
    }
  }

  /// The load is that of the batch, in whole numbers: the same for any number of lanes and threads.
  @Test func loadsAreCountedOverLanes() throws {
    let tokens = (0..<8).map { sequence in (0..<12).map { TokenID(($0 * 37 + sequence) % 50) } }
    let loads = [(1, 1), (3, 2), (8, 4)].map { lanes, threads in
      let scope = ParameterScope(seed: 2)
      let model = GPT(configuration, in: scope)
      let lanes = Lanes(count: lanes, scope: scope, workers: Workers(count: threads))
      let (_, gradients) = lanes.lossAndGradients(sequences: 8) { sequence in
        model.loss(of: tokens[sequence], against: tokens[sequence])
      }
      return model.routers.map { gradients[$0.bias].elements }
    }
    #expect(loads[0] == loads[1] && loads[0] == loads[2])
    #expect(loads[0].allSatisfy { $0.reduce(0, +) == 8 * 12 * 2 })
  }

  @Test func predictionsDependOnThePastOnly() {
    let model = randomModel(configuration, seed: 2)
    let one = model.logits(of: [1, 2, 3, 4, 5]).elements
    let other = model.logits(of: [1, 2, 3, 40, 41]).elements
    for (one, other) in zip(one.prefix(3 * 50), other.prefix(3 * 50)) {
      #expect(abs(one - other) < 1e-5)
    }
    #expect(one.suffix(50) != other.suffix(50))
  }

  static let mistakes: [(change: @Sendable (inout GPTConfiguration) -> Void, said: String)] = [
    ({ $0.expertsActive = nil }, "go together"), ({ $0.experts = nil }, "go together"),
    (
      { ($0.experts, $0.expertsActive, $0.expertWidth) = (nil, nil, 8) }, "for a model with experts"
    ),
    ({ $0.experts = 0 }, "experts 0"), ({ $0.experts = 1025 }, "experts 1025"),
    ({ $0.expertsActive = 6 }, "experts_active 6 is not in 1...5"),
    ({ $0.expertsActive = 0 }, "experts_active 0"), ({ $0.expertWidth = 0 }, "expert_width 0"),
    ({ $0.balanceRate = -1 }, "balance_rate -1"), ({ $0.context = 65537 }, "context 65537"),
  ]

  @Test(arguments: mistakes.indices)
  func mistakesAreNamed(_ index: Int) {
    var wrong = configuration
    #expect(wrong.problem == nil)
    Self.mistakes[index].change(&wrong)
    #expect(
      wrong.problem?.contains(Self.mistakes[index].said) == true, "\(wrong.problem ?? "none")")
  }

  /// Records and tracks of models without experts are what they were.
  @Test func withoutExpertsNothingIsSaidOfThem() throws {
    let dense = GPTConfiguration(
      vocabularySize: 50, modelDimension: 24, heads: 2, layers: 2, context: 12)
    let keys = try #require(
      try JSONSerialization.jsonObject(with: JSONEncoder().encode(dense)) as? [String: Any])
    #expect(keys.count == 8)
  }
}
