import Autograd
import Testing

@Suite struct OperationClockTests {
  private func step(sequences: Int, threads: Int) {
    let scope = ParameterScope(seed: 5)
    let w = scope.parameter("w", [64, 64], .normalFanIn(scale: 1))
    let lanes = Lanes(count: 2, scope: scope, workers: Workers(count: threads))
    _ = lanes.lossAndGradients(sequences: sequences) { sequence in
      Tensor(repeating: Float(sequence), shape: [64, 64]).linear(w.value).squaredReLU().mean()
    }
  }

  @Test(arguments: [1, 2])
  func everyOperationHasItsTimeInBothDirections(threads: Int) {
    let clock = OperationClock()
    let start = ContinuousClock.now
    OperationClock.$current.withValue(clock) { step(sequences: 4, threads: threads) }
    let elapsed = ContinuousClock.now - start
    let totals = clock.totals
    let names = Set(totals.keys.map { "\($0.phase) \($0.operation)" })
    #expect(
      names == [
        "forward linear", "forward squaredReLU", "forward mean", "backward mean",
        "backward squaredReLU", "backward linear", "backward graph", "update gradientReset",
        "update gradientSum",
      ])
    let parts = Set(totals.keys.map { "\($0.phase) \($0.part.name)" })
    #expect(
      parts == [
        "forward projections", "forward element-wise", "backward projections",
        "backward element-wise", "backward graph", "update gradient sum",
      ])
    #expect(totals.values.allSatisfy { $0 > .zero })
    #expect(totals.values.reduce(.zero, +) <= elapsed * threads)
  }

  @Test func withoutAClockNothingIsMeasured() {
    let clock = OperationClock()
    step(sequences: 1, threads: 1)
    #expect(clock.totals.isEmpty)
    #expect(OperationClock.current == nil)
  }

  @Test func theTimeBeforeARestartBelongsToNothing() {
    let clock = OperationClock()
    OperationClock.$current.withValue(clock) {
      OperationClock.lap("first", .elementWise, .forward)
      #expect(clock.totals.isEmpty, "the first lap has no start")
      OperationClock.lap("second", .elementWise, .forward)
      let before = clock.totals
      let start = ContinuousClock.now
      while ContinuousClock.now - start < .milliseconds(2) {}
      OperationClock.restart()
      OperationClock.lap("second", .elementWise, .forward)
      let added = clock.totals.values.reduce(.zero, +) - before.values.reduce(.zero, +)
      #expect(added <= ContinuousClock.now - start - .milliseconds(2))
    }
  }
}
