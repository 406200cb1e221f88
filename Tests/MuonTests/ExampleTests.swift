import Autograd
import Muon
import MuonTesting
import TestSupport
import Testing

@Suite struct ExampleTests {
  /// One embedding, one hidden matrix, one head: each token should be followed by the next.
  @Test func bothRulesTrainANetwork() throws {
    let scope = ParameterScope(seed: 1)
    let embedding = scope.parameter("embedding", [8, 16], .normal(deviation: 1))
    let matrices = [scope.parameter("hidden", [16, 16], .normalFanIn(scale: 1))]
    let head = scope.parameter("head", [8, 16], .zeros)
    let lanes = Lanes(count: 2, scope: scope, workers: Workers(count: 2))
    @Sendable func loss(ofSequence index: Int) -> Tensor {
      let tokens = (0..<4).map { UInt16(($0 + index) % 8) }
      return embedding.value.gathering(tokens).linear(matrices[0].value).rmsNorm()
        .linear(head.value).softcappedCrossEntropy(
          targets: tokens.map { ($0 + 1) % 8 }, cap: 15)
    }

    let hidden = Muon(learningRate: 0.02, weightDecay: 0.01)
    let outer = AdamW(learningRate: 0.004, beta1: 0.9, beta2: 0.95, epsilon: 1e-10, weightDecay: 0)
    let optimizer = try Optimizer(
      groups: [
        ParameterGroup("hidden", matrices, rule: hidden),
        ParameterGroup("outer", [embedding, head], rule: outer),
      ],
      covering: scope.parameters,
      schedule: Schedule(warmupSteps: 0, cooldown: 0.6),
      workers: Workers(count: 2))

    var losses: [Double] = []
    for step in 0..<300 {
      let (mean, gradients) = lanes.lossAndGradients(sequences: 16) { loss(ofSequence: $0) }
      losses.append(mean)
      optimizer.step(gradients, at: TrainingProgress(step, of: 300))
    }

    #expect(losses[0] > 2)
    #expect(losses[299] < 0.05, "\(losses[299])")
    try expectExample(of: "Muon")
  }

  @Test func lionIsARule() {
    expectRule(Lion(learningRate: 0.01, beta1: 0.9, beta2: 0.99, weightDecay: 0.1))
  }

  @Test func theConformanceSuitesPageShowsIt() throws {
    try expectExample(of: "MuonTesting")
  }
}
