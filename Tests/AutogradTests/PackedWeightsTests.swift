import Autograd
import TestSupport
import Testing

@Suite struct PackedWeightsTests {
  /// A weight that changes between two passes must not be multiplied as it was.
  @Test func everyPassSeesTheWeightsOfItsTime() {
    let scope = ParameterScope(seed: 1)
    let weight = scope.parameter("weight", [3, 4], .normal(deviation: 1))
    let lanes = Lanes(count: 2, scope: scope, workers: Workers(count: 2))
    let x = [Float](arrayLiteral: 1, -2, 3, 0.5)
    @Sendable func output() -> Tensor { Tensor(x, shape: [1, 4]).linear(weight.value).sum() }

    for scale in [Float(1), -0.75, 2] {
      weight.assign((0..<12).map { scale * Float($0) })
      let expected = Double(output().scalar)
      #expect(
        lanes.losses(sequences: 4) { _ in output() } == [expected, expected, expected, expected])
      let (loss, gradients) = lanes.lossAndGradients(sequences: 3) { _ in
        let y = output()
        return y * y
      }
      #expect(abs(loss - expected * expected) <= 1e-6 * loss)
      expectClose(
        gradients[weight].elements,
        (0..<12).map { 2 * expected * Double(x[$0 % 4]) }, relative: 1e-5)
    }
  }

  /// A matrix that is no parameter of the lanes' scope is packed where it is used.
  @Test func parametersOfAnotherScopeAreMultipliedToo() {
    let other = ParameterScope(seed: 2)
    let stranger = other.parameter("stranger", [2, 2], .normal(deviation: 1))
    let lanes = Lanes(count: 1, scope: ParameterScope(seed: 3), workers: Workers(count: 1))
    let x = Tensor([1, 2], shape: [1, 2])
    let expected = Double(x.linear(stranger.value).sum().scalar)
    #expect(
      lanes.losses(sequences: 1) { _ in
        Tensor([1, 2], shape: [1, 2]).linear(stranger.value).sum()
      } == [expected])
  }
}
