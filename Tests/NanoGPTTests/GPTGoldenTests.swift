import Autograd
import Foundation
import NanoGPT
import TestSupport
import Testing

/// The whole model against PyTorch in double precision: loss and every gradient, with one MLP in a block and with
/// experts.
@Suite struct GPTGoldenTests {
  private struct Golden: Decodable {
    let configuration: GPTConfiguration
    let inputs: [[TokenID]]
    let targets: [[TokenID]]
    let loss: Double
    let weights: [String: [Float]]
    let gradients: [String: [Float]]
  }

  private static let models = ["model_goldens.json", "expert_goldens.json"]

  @Test(arguments: models, [1, 2, 3])
  func lossAndGradientsEqualPyTorch(model: String, lanes: Int) throws {
    try expectEqual(model, lanes: lanes, precision: .float32, loss: 1e-6, gradients: 5e-6)
  }

  /// What other processors compute with, on any that can.
  @Test(
    arguments: models, ProductKernels.allCases.filter { $0.isSupported && $0 != .chosen })
  func lossAndGradientsByOtherKernelsEqualPyTorch(model: String, kernels: ProductKernels) throws {
    try ProductKernels.$current.withValue(kernels) {
      try expectEqual(model, lanes: 2, precision: .float32, loss: 1e-6, gradients: 5e-6)
    }
  }

  /// Rounding to 8 significant bits, layer after layer.
  @Test(.enabled(if: Precision.bfloat16.problem == nil, "the processor has no AVX512-BF16"))
  func lossAndGradientsInBFloat16AreNearPyTorch() throws {
    // Not that with experts: what is rounded may choose others.
    try expectEqual(
      "model_goldens.json", lanes: 2, precision: .bfloat16, loss: 2e-3, gradients: 3e-2)
  }

  private func expectEqual(
    _ file: String, lanes: Int, precision: Precision, loss lossTolerance: Double,
    gradients tolerance: Double
  ) throws {
    let golden = try JSONDecoder().decode(
      Golden.self, from: Data(contentsOf: golden(file)))
    let scope = ParameterScope(seed: 0)
    let model = GPT(golden.configuration, precision: precision, in: scope)
    #expect(Set(scope.parameters.map(\.name)) == Set(golden.weights.keys))
    for parameter in scope.parameters {
      parameter.assign(try #require(golden.weights[parameter.name]))
    }

    let lanes = Lanes(count: lanes, scope: scope, workers: Workers(count: 2))
    let (loss, gradients) = lanes.lossAndGradients(sequences: golden.inputs.count) { sequence in
      model.loss(of: golden.inputs[sequence], against: golden.targets[sequence])
    }

    let lossDifference = abs(loss - golden.loss) / golden.loss
    #expect(lossDifference < lossTolerance, "loss: \(lossDifference)")
    for parameter in scope.parameters {
      let expected = try #require(golden.gradients[parameter.name])
      let difference = relativeDifference(gradients[parameter].elements, expected)
      #expect(difference < tolerance, "\(parameter.name): \(difference)")
      #expect(precision == .float32 || difference > 1e-4, "\(parameter.name) is too exact")
    }
  }
}
