import Autograd
import Foundation
import NanoGPT
import TestSupport
import Testing

/// The whole model against PyTorch in double precision: loss and every gradient.
@Suite struct GPTGoldenTests {
  private struct Golden: Decodable {
    let configuration: GPTConfiguration
    let inputs: [[TokenID]]
    let targets: [[TokenID]]
    let loss: Double
    let weights: [String: [Float]]
    let gradients: [String: [Float]]
  }

  @Test(arguments: [1, 2, 3])
  func lossAndGradientsEqualPyTorch(lanes: Int) throws {
    let golden = try JSONDecoder().decode(
      Golden.self, from: Data(contentsOf: golden("model_goldens.json")))
    let scope = ParameterScope(seed: 0)
    let model = GPT(golden.configuration, in: scope)
    #expect(Set(scope.parameters.map(\.name)) == Set(golden.weights.keys))
    for parameter in scope.parameters {
      parameter.assign(try #require(golden.weights[parameter.name]))
    }

    let lanes = Lanes(count: lanes, scope: scope, workers: Workers(count: 2))
    let (loss, gradients) = lanes.lossAndGradients(sequences: golden.inputs.count) { sequence in
      model.loss(of: golden.inputs[sequence], against: golden.targets[sequence])
    }

    #expect(abs(loss - golden.loss) < 1e-6 * golden.loss)
    for parameter in scope.parameters {
      let expected = try #require(golden.gradients[parameter.name])
      let difference = relativeDifference(gradients[parameter].elements, expected)
      #expect(difference < 5e-6, "\(parameter.name): \(difference)")
    }
  }
}
