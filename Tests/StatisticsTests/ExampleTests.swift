import Statistics
import TestSupport
import Testing

@Suite struct ExampleTests {
  @Test func aMeanIsBelowATarget() throws {
    let losses = Sample([2.841, 2.849, 2.838, 2.845, 2.843])
    if let test = TTest(losses, isBelow: 2.85), let interval = losses.interval() {
      print("mean \(losses.mean), 95 % from \(interval.lower) to \(interval.upper ?? .infinity)")
      print("p = \(test.probability)")
    }

    let test = try #require(TTest(losses, isBelow: 2.85))
    #expect(abs(losses.mean - 2.8432) < 1e-12 && test.probability < 0.02)
    try expectExample(of: "Statistics")
  }
}
