import Autograd
import AutogradTesting
import Foundation
import NanoGPT
import TestSupport
import Testing

@Suite struct ConvolutionalNetworkTests {
  private let configuration = ImageConfiguration(
    classes: 5, height: 9, width: 7, channels: 2, stem: 3, blocks: [4, 6])

  private struct Golden: Decodable {
    let configuration: ImageConfiguration
    let images: [[Float]]
    let labels: [UInt8]
    let loss: Double
    let weights: [String: [Float]]
    let gradients: [String: [Float]]
  }

  /// The whole model against PyTorch in double precision: loss and every gradient, whatever the lanes.
  @Test(arguments: [1, 2, 3])
  func lossAndGradientsEqualPyTorch(lanes: Int) throws {
    let golden = try JSONDecoder().decode(
      Golden.self, from: Data(contentsOf: golden("image_goldens.json")))
    let scope = ParameterScope(seed: 0)
    let model = ConvolutionalNetwork(golden.configuration, in: scope)
    #expect(Set(scope.parameters.map(\.name)) == Set(golden.weights.keys))
    for parameter in scope.parameters {
      parameter.assign(try #require(golden.weights[parameter.name]))
    }
    let shape = Shape([
      golden.configuration.height, golden.configuration.width, golden.configuration.channels,
    ])
    let lanes = Lanes(count: lanes, scope: scope, workers: Workers(count: 2))
    let (loss, gradients) = lanes.lossAndGradients(sequences: golden.images.count) { index in
      model.loss(of: Tensor(golden.images[index], shape: shape), label: golden.labels[index])
    }
    let lossDifference = abs(loss - golden.loss) / golden.loss
    #expect(lossDifference < 1e-6, "loss: \(lossDifference)")
    for parameter in scope.parameters {
      let expected = try #require(golden.gradients[parameter.name])
      let difference = relativeDifference(gradients[parameter].elements, expected)
      #expect(difference < 5e-6, "\(parameter.name): \(difference)")
    }
  }

  @Test func aFreshModelKnowsNothing() {
    let model = ConvolutionalNetwork(configuration, in: ParameterScope(seed: 1))
    let loss = model.loss(of: image(seed: 1), label: 3)
    #expect(abs(Double(loss.scalar) - log(5)) < 1e-6)
  }

  @Test func parametersAreNamedAndShapedAsAgreed() {
    let scope = ParameterScope(seed: 1)
    let model = ConvolutionalNetwork(configuration, in: scope)
    let shapes = Dictionary(uniqueKeysWithValues: scope.parameters.map { ($0.name, $0.shape) })
    #expect(
      shapes == [
        "stem.weight": [3, 18], "blocks.0.conv1.weight": [4, 27],
        "blocks.0.conv2.weight": [4, 36], "blocks.1.conv1.weight": [6, 36],
        "blocks.1.conv2.weight": [6, 54], "head.weight": [5, 2 * 1 * 6],
      ])
    #expect(model.embedding.name == "stem.weight")
    #expect(model.hiddenMatrices.count == 4)
    #expect(scope.parameters.reduce(0) { $0 + $1.shape.count } == configuration.weights)
  }

  /// Moved by a little, so that pooling keeps the same pixels.
  @Test func everyWeightHasItsGradient() {
    let scope = ParameterScope(seed: 3)
    let model = ConvolutionalNetwork(configuration, in: scope)
    var random = SplitMix64(seed: 4)
    model.head.weight.assign(
      (0..<model.head.weight.shape.count).map { _ in Float(random.uniform()) })
    let image = image(seed: 5)
    expectGradient(in: scope, step: 2e-4, tolerance: 1e-2) { model.loss(of: image, label: 1) }
  }

  @Test func impossibleExtentsAreNamed() {
    #expect(configuration.problem == nil)
    func problem(_ change: (inout ImageConfiguration) -> Void) -> String {
      var changed = configuration
      change(&changed)
      return changed.problem ?? ""
    }
    #expect(problem { $0.stem = 0 }.contains("stem"))
    #expect(problem { $0.blocks = [] }.contains("blocks"))
    #expect(problem { $0.blocks = [4, 0] }.contains("blocks"))
    #expect(problem { $0.blocks = [4, 4, 4] }.contains("3 blocks halve an image of 9 x 7"))
    #expect(problem { $0.classes = 257 }.contains("classes"))
    #expect(problem { $0.softcap = .nan }.contains("softcap"))
  }

  private func image(seed: UInt64) -> Tensor {
    let shape: Shape = [9, 7, 2]
    return Tensor(Oracle.random(shape.count, seed: seed).map(Float.init), shape: shape)
  }
}
