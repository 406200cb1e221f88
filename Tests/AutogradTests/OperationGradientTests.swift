import Autograd
import AutogradTesting
import Testing

/// Every pullback against finite differences, on shapes that are odd and unequal.
@Suite struct OperationGradientTests {
  @Test func addition() {
    expectGradient(of: [[3, 5], [3, 5]]) { $0[0] + $0[1] }
  }

  @Test func subtraction() {
    expectGradient(of: [[3, 5], [3, 5]]) { $0[0] - $0[1] }
  }

  @Test func multiplication() {
    expectGradient(of: [[3, 5], [3, 5]]) { $0[0] * $0[1] }
  }

  @Test func scaling() {
    expectGradient(of: [[3, 5]]) { $0[0].scaled(by: -2.5) }
  }

  @Test func sum() {
    expectGradient(of: [[3, 5]]) { ($0[0] * $0[0]).sum() }
  }

  @Test func mean() {
    expectGradient(of: [[3, 5]]) { ($0[0] * $0[0]).mean() }
  }

  @Test func reshaping() {
    expectGradient(of: [[6, 5]]) { $0[0].reshaped(to: [2, 3, 5]).rmsNorm() }
  }

  @Test func linear() {
    expectGradient(of: [[3, 5], [7, 5]]) { $0[0].linear($0[1]) }
  }

  @Test func linearOfHigherRank() {
    expectGradient(of: [[2, 3, 5], [7, 5]]) { $0[0].linear($0[1]) }
  }

  @Test func matrixProduct() {
    expectGradient(of: [[3, 5], [5, 7]]) { $0[0].matrixMultiplied(by: $0[1]) }
  }

  @Test func gatherWithRepeatedIndices() {
    expectGradient(of: [[4, 5]]) { $0[0].gathering([3, 0, 3, 1, 3]) }
  }

  /// A small step, so that no element changes its sign.
  @Test func relu() {
    expectGradient(of: [[3, 50]], step: 1e-3) { $0[0].relu() }
  }

  @Test func squaredReLU() {
    expectGradient(of: [[3, 50]]) { $0[0].squaredReLU() }
  }

  @Test func rmsNorm() {
    expectGradient(of: [[3, 7]]) { $0[0].rmsNorm() }
  }

  @Test func rmsNormWhereEpsilonMatters() {
    expectGradient(of: [[3, 7]]) { $0[0].rmsNorm(epsilon: 2) }
  }

  @Test func rotation() {
    let table = RotaryTable(positions: 9, headSize: 8, base: 10)
    expectGradient(of: [[5, 24]]) { $0[0].rotated(by: table) }
  }

  @Test(arguments: [4, 8, 20])
  func normalizedRotation(headSize: Int) {
    let table = RotaryTable(positions: 9, headSize: headSize, base: 10)
    expectGradient(of: [[5, 3 * headSize]]) { $0[0].normalizedAndRotated(by: table) }
    expectGradient(of: [[5, 3 * headSize]]) { $0[0].normalizedAndRotated(by: table, epsilon: 2) }
  }

  @Test(arguments: [1, 5, 64, 65, 130])
  func attention(positions: Int) {
    expectGradient(of: [[positions, 12], [positions, 12], [positions, 12]]) {
      causalAttention(queries: $0[0], keys: $0[1], values: $0[2], heads: 3, scale: 0.5)
    }
  }

  @Test func softcap() {
    expectGradient(of: [[3, 5]]) { $0[0].scaled(by: 3).softcapped(at: 2) }
  }

  @Test func softcappedCrossEntropy() {
    expectGradient(of: [[3, 7]]) {
      $0[0].scaled(by: 3).softcappedCrossEntropy(targets: [6, 0, 2], cap: 4)
    }
  }

  /// An input used twice gets both contributions, the second added into memory the first one wrote.
  @Test func everyOperationAddsToAGradientThatExists() {
    let table = RotaryTable(positions: 4, headSize: 4)
    expectGradient(of: [[4, 4], [4, 4]]) { inputs in
      let x = inputs[0].scaled(by: 0.7)
      let w = inputs[1].scaled(by: 1.3)
      let attended = causalAttention(queries: x, keys: x, values: x, heads: 1, scale: 0.3)
      let gathered = x.gathering([1, 1, 0, 2])
      let mixed =
        x + x.rmsNorm() + x.squaredReLU() + x.rotated(by: table) + attended + gathered
        + x.normalizedAndRotated(by: table)
      let products = x.linear(w) + w.matrixMultiplied(by: x) + x * w + x.softcapped(at: 1)
      return mixed + products + x.reshaped(to: [2, 8]).reshaped(to: [4, 4]) - w
    }
  }

  /// A shared residual gradient must not be changed by one of its two owners.
  @Test func sharedGradientsAreCopiedBeforeTheyAreWritten() {
    expectGradient(of: [[3, 4]]) { inputs in
      let x = inputs[0].scaled(by: 2)
      let y = inputs[0].scaled(by: 3)
      let z = x + y
      return z + x.squaredReLU() + y.rmsNorm()
    }
  }

  @Test func crossEntropyAddsToAGradientThatExists() {
    expectGradient(of: [[3, 7]]) { inputs in
      let logits = inputs[0].scaled(by: 2)
      return logits.softcappedCrossEntropy(targets: [1, 1, 6], cap: 5) + (logits * logits).sum()
        + logits.sum() + logits.mean()
    }
  }
}
