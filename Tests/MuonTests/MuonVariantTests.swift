import Autograd
import Foundation
import Muon
import TestSupport
import Testing

/// Five updates of Muon's variants in double precision, see Tests/Goldens/make_muon_variant_goldens.py.
private struct VariantGoldens: Decodable {
  let factors: [Double]
  let cases: [Case]

  struct Case: Decodable {
    let shape: [Int]
    let weights: Data
    let gradients: [Data]
    let rule: Muon
    let result: Data
  }
}

@Suite struct MuonVariantTests {
  @Test func updatesAreThoseOfTheFormulas() throws {
    let goldens = try JSONDecoder().decode(
      VariantGoldens.self, from: Data(contentsOf: golden("muon_variant_goldens.json")))
    #expect(goldens.cases.count == 18)
    for item in goldens.cases {
      let shape = Shape(item.shape)
      let result = weights(
        Tensor(floats(item.weights), shape: shape),
        afterGradients: item.gradients.map { Tensor(floats($0), shape: shape) },
        by: item.rule, factor: { goldens.factors[$0] })
      let difference = largestDifference(result, Tensor(floats(item.result), shape: shape))
      #expect(difference < 1e-5, "\(shape) \(item.rule)")
    }
  }

  /// L2 regularisation by another name: the gradient of `wd |W|^2 / 2` added by hand.
  @Test func coupledDecayIsPartOfTheGradient() {
    let start = randomTensor([6, 4], seed: 1)
    let gradient = randomTensor([6, 4], seed: 2)
    var rule = Muon(learningRate: 0.1, weightDecay: 0.3, decay: .coupled)
    let decayed = weights(start, afterGradients: [gradient], by: rule)
    rule.weightDecay = 0
    let sum = gradient + start.scaled(by: 0.3)
    #expect(
      largestDifference(decayed, weights(start, afterGradients: [sum], by: rule)) < 1e-6)
    #expect(gradient.elements == randomTensor([6, 4], seed: 2).elements, "it is not changed")
  }

  @Test func coupledDecayDoesNotShrink() {
    let step = UpdateStep(progress: TrainingProgress(0, of: 1), factor: 0.5, number: 1)
    var rule = Muon(learningRate: 0.5, weightDecay: 0.25)
    #expect(rule.shrinkage(at: step) == 1 - 0.5 * 0.5 * 0.25)
    rule.decay = .coupled
    #expect(rule.shrinkage(at: step) == 1)
  }

  @Test func theUsualRuleIsWrittenAsItEverWas() throws {
    let text = """
      {"learning_rate":0.03,"momentum":0.95,"newton_schulz":\
      {"coefficients":[[2,-1.5,0.5]],"epsilon":1e-07,"norm_factor":1},\
      "newton_schulz_precision":"float32","scale":"spectral","weight_decay":0.1}
      """
    let rule = try JSONDecoder().decode(Muon.self, from: Data(text.utf8))
    #expect(
      rule
        == Muon(
          learningRate: 0.03, weightDecay: 0.1, decay: .decoupled, nesterov: true,
          orthogonalization: .newtonSchulz, newtonSchulz: .convergent(steps: 1)))
    let encoder = JSONEncoder()
    encoder.outputFormatting = .sortedKeys
    #expect(String(decoding: try encoder.encode(rule), as: UTF8.self) == text)
  }

  @Test func variantsAreWrittenOut() throws {
    let rule = Muon(
      learningRate: 0.03, weightDecay: 0.1, decay: .coupled, nesterov: false,
      orthogonalization: .singularValues)
    let data = try JSONEncoder().encode(rule)
    #expect(try JSONDecoder().decode(Muon.self, from: data) == rule)
    let object = try #require(try JSONSerialization.jsonObject(with: data) as? [String: Any])
    #expect(object["decay"] as? String == "coupled")
    #expect(object["nesterov"] as? Bool == false)
    #expect(object["orthogonalization"] as? String == "svd")
    var others = [rule, rule, rule]
    others[0].decay = .decoupled
    others[1].nesterov = true
    others[2].orthogonalization = .newtonSchulz
    #expect(Set(others + [rule]).count == 4)
  }
}
