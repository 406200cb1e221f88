import Autograd
import AutogradTesting
import SwishGate
import Testing

@Suite struct SwishGateTests {
  @Test func aValueIsWhatTheFormulaGives() {
    let gated = Tensor([0, 2], shape: [2]).swishGate(Tensor([5, 3], shape: [2]))
    #expect(gated[0] == 0)
    #expect(abs(gated[1] - 5.284782) < 1e-5)
  }

  @Test func thePullbackIsTheGradient() {
    expectGradient(of: [[3, 5], [3, 5]]) { $0[0].swishGate($0[1]) }
    // Both inputs may be the same tensor.
    expectGradient(of: [4, 2]) { $0.swishGate($0) }
  }
}
