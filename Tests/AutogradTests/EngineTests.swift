import Autograd
import Testing

@Suite struct EngineTests {
  @Test func gradientsAddUpOverSeveralLosses() {
    let scope = ParameterScope(seed: 0)
    let x = scope.parameter("x", [2], .zeros)
    x.assign([3, -1])
    let gradients = Gradients(of: scope)
    (x.value * x.value).sum().backward(into: gradients)
    x.value.sum().backward(into: gradients, scale: 0.5)
    #expect(gradients[x].elements == [6.5, -1.5])
    gradients.reset()
    #expect(gradients[x].elements == [0, 0])
  }

  @Test func aParameterLeftOutKeepsAZeroGradient() {
    let scope = ParameterScope(seed: 0)
    let used = scope.parameter("used", [1], .normal(deviation: 1))
    let unused = scope.parameter("unused", [1], .normal(deviation: 1))
    let gradients = Gradients(of: scope)
    used.value.sum().backward(into: gradients)
    #expect(gradients[used].scalar == 1)
    #expect(gradients[unused].scalar == 0)
  }

  /// What a gradient held before the reset must show neither when it is read nor when it is added to.
  @Test func resetGradientsAreZeroUntilSomethingArrives() {
    let scope = ParameterScope(seed: 0)
    let (a, b) = (scope.parameter("a", [3], .zeros), scope.parameter("b", [2], .zeros))
    let gradients = Gradients(of: scope)
    (a.value.sum() + b.value.sum()).backward(into: gradients)
    gradients.reset()
    a.value.sum().backward(into: gradients, scale: 2)
    #expect(gradients[a].elements == [2, 2, 2])
    #expect(gradients[b].elements == [0, 0])
    b.value.sum().backward(into: gradients)
    #expect(gradients[b].elements == [1, 1])
    gradients.reset()
    #expect(gradients.storage.buffer.allSatisfy { $0 == 0 })
  }

  /// A residual connection passes its gradient on to a parameter, which must not add to what is left over.
  @Test func passedGradientsOverwriteWhatAResetLeft() {
    let scope = ParameterScope(seed: 0)
    let a = scope.parameter("a", [2], .zeros)
    let gradients = Gradients(of: scope)
    for _ in 0..<2 {
      gradients.reset()
      (a.value + a.value).sum().backward(into: gradients)
      #expect(gradients[a].elements == [2, 2])
    }
  }

  @Test func nothingIsRecordedWithoutGradients() {
    let scope = ParameterScope(seed: 0)
    let x = scope.parameter("x", [2], .normal(deviation: 1))
    #expect(x.value.sum().needsGradient)
    withoutGradients {
      #expect(!x.value.sum().needsGradient)
      withoutGradients { #expect(!x.value.sum().needsGradient) }
      #expect(!x.value.sum().needsGradient)
    }
    #expect(x.value.sum().needsGradient)
    #expect(!x.value.detached.sum().needsGradient)
  }

  /// Backward and the release of the graph are loops: recursion would overflow the stack here.
  @Test(arguments: [true, false])
  func deepGraphs(runsBackward: Bool) {
    let scope = ParameterScope(seed: 0)
    let x = scope.parameter("x", [1], .zeros)
    let one = Tensor([1], shape: [1])
    var y = x.value
    for _ in 0..<200_000 { y = y * one }
    let gradients = Gradients(of: scope)
    if runsBackward { y.sum().backward(into: gradients) }
    #expect(gradients[x].scalar == (runsBackward ? 1 : 0))
  }

  @Test func backwardOfADiamondVisitsEachNodeOnce() {
    let scope = ParameterScope(seed: 0)
    let x = scope.parameter("x", [1], .zeros)
    x.assign([1])
    // Each level uses the one below twice: 2^40 paths, 40 nodes.
    var y = x.value.scaled(by: 1)
    for _ in 0..<40 { y = (y + y).scaled(by: 0.5) }
    let gradients = Gradients(of: scope)
    y.sum().backward(into: gradients)
    #expect(gradients[x].scalar == 1)
  }

  @Test func parametersDependOnSeedAndNameOnly() {
    func weight(seed: UInt64, name: String, after others: [String]) -> [Float] {
      let scope = ParameterScope(seed: seed)
      for other in others { _ = scope.parameter(other, [3], .normal(deviation: 1)) }
      return scope.child("a").child(1).parameter(name, [4, 3], .normal(deviation: 1)).value.elements
    }
    let first = weight(seed: 1, name: "w", after: [])
    #expect(weight(seed: 1, name: "w", after: ["x", "y"]) == first)
    #expect(weight(seed: 2, name: "w", after: []) != first)
    #expect(weight(seed: 1, name: "v", after: []) != first)
  }

  @Test func normalInitializationHasTheStatedSpread() {
    let scope = ParameterScope(seed: 3)
    let weight = scope.parameter("w", [256, 64], .normalFanIn(scale: 0.33)).value.elements
    let count = Double(weight.count)
    let mean = weight.reduce(0.0) { $0 + Double($1) } / count
    let variance = weight.reduce(0.0) { $0 + Double($1) * Double($1) } / count - mean * mean
    #expect(abs(mean) < 0.002)
    #expect(abs(variance / (0.33 / 64) - 1) < 0.05)
  }

  @Test func namesFollowTheScope() {
    let scope = ParameterScope(seed: 0)
    _ = scope.child("blocks").child(3).child("attn").parameter("weight", [1], .zeros)
    _ = scope.parameter("bias", [1], .zeros)
    #expect(scope.parameters.map(\.name) == ["blocks.3.attn.weight", "bias"])
  }

  @Test func shapeErrorsTrapWithBothShapes() async {
    let result = await #expect(
      processExitsWith: .failure, observing: [\.standardErrorContent]
    ) {
      _ = Tensor(repeating: 0, shape: [2, 3]) + Tensor(repeating: 0, shape: [3, 2])
    }
    let message = String(decoding: result?.standardErrorContent ?? [], as: UTF8.self)
    #expect(message.contains("[2, 3]") && message.contains("[3, 2]"))
  }

  @Test func aNameUsedTwiceTraps() async {
    await #expect(processExitsWith: .failure) {
      let scope = ParameterScope(seed: 0)
      _ = scope.parameter("w", [1], .zeros)
      _ = scope.parameter("w", [1], .zeros)
    }
  }

  @Test func gradientsOfAnotherScopeTrap() async {
    await #expect(processExitsWith: .failure) {
      let other = ParameterScope(seed: 0)
      _ = other.parameter("w", [1], .zeros)
      let scope = ParameterScope(seed: 0)
      let w = scope.parameter("w", [1], .zeros)
      w.value.sum().backward(into: Gradients(of: other))
    }
  }

  /// The first pass has consumed what the second would need of the shared part.
  @Test func aSecondLossOnConsumedResultsTraps() async {
    await #expect(processExitsWith: .failure) {
      let scope = ParameterScope(seed: 0)
      let shared = scope.parameter("w", [1], .zeros).value.scaled(by: 2)
      let gradients = Gradients(of: scope)
      shared.sum().backward(into: gradients)
      (shared * shared).sum().backward(into: gradients)
    }
  }

  @Test func withoutGradientsReachesAllThreads() {
    let scope = ParameterScope(seed: 0)
    let w = scope.parameter("w", [1], .zeros)
    withoutGradients {
      Workers(count: 4).forEach(64) { _ in #expect(!w.value.sum().needsGradient) }
    }
    Workers(count: 4).forEach(64) { _ in #expect(w.value.sum().needsGradient) }
  }

  @Test func aSecondBackwardTraps() async {
    await #expect(processExitsWith: .failure) {
      let scope = ParameterScope(seed: 0)
      let loss = scope.parameter("w", [1], .zeros).value.sum()
      let gradients = Gradients(of: scope)
      loss.backward(into: gradients)
      loss.backward(into: gradients)
    }
  }
}
