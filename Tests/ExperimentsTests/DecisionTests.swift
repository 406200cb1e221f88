import Autograd
import Experiments
import Foundation
import Runs
import Statistics
import Testing

@Suite struct DecisionTests {
  /// Curves that cross 3 at these steps: straight lines between validations every ten steps.
  private static func curves(crossingAt steps: [Double]) -> ArmCurves {
    ArmCurves(
      steps.enumerated().map { seed, crossing in
        (
          UInt64(seed),
          (0...50).map { point in
            RunLog.Validation(
              step: 10 * point, loss: 3 + 0.01 * (crossing - Double(10 * point)),
              trainSeconds: Double(point))
          }
        )
      })
  }

  private static func decide(
    _ arm: [Double], _ baseline: [Double], _ rule: DecisionRule = DecisionRule(),
    comparisons: Int = 1
  ) -> Decision {
    rule.decide(
      ("muon", curves(crossingAt: arm)), against: ("adamw", curves(crossingAt: baseline)),
      target: 3, comparisons: comparisons, stepTime: 1.1)
  }

  @Test func anArrivalLiesBetweenTwoValidations() throws {
    let arrivals = Self.curves(crossingAt: [123.4, 200, 501]).arrivals(at: 3)
    #expect(abs(try #require(arrivals[0]) - 123.4) < 1e-9)
    #expect(abs(try #require(arrivals[1]) - 200) < 1e-9)
    #expect(arrivals[2] == nil, "it is never there")
  }

  @Test func whatIsClearIsDecidedAfterThreeSeeds() throws {
    let decision = Self.decide([200, 202, 199], [300, 301, 300])
    #expect(decision.answer == .faster && decision.isAnswered)
    let ratio = pow(200 / 300.0 * 202 / 301 * 199 / 300, 1.0 / 3)
    #expect(abs(try #require(decision.steps) - ratio) < 1e-6)
    #expect(abs(try #require(decision.seconds) - 1.1 * ratio) < 1e-6)
    let interval = try #require(decision.interval)
    #expect(interval.contains(ratio) && interval.upper ?? 9 < 1)
    #expect(
      decision.progress(seeds: 3).hasPrefix("muon 0.67x (0.6")
        && decision.progress(seeds: 3).hasSuffix(") after 3 seeds, faster"))
    #expect(
      decision.sentence(DecisionRule(), seeds: 3).hasPrefix(
        "muon is faster than adamw: it needs 0.67x (0.6"))
    #expect(Self.decide([300, 301, 300], [200, 202, 199]).answer == .slower)
    #expect(Self.decide([200, 202], [300, 301]).answer == .open)
    #expect(Self.decide([200, 202], [300, 301]).moreSeeds == 1)
  }

  @Test func equalRunsAreAlike() {
    let decision = Self.decide([200, 202, 199], [200, 202, 199])
    #expect(decision.answer == .alike)
    #expect(decision.shortText == "muon 1.00x (1.00-1.00)")
    #expect(
      decision.sentence(DecisionRule(within: 0.03), seeds: 3).hasPrefix(
        "muon and adamw differ by less than 3 %, if at all: muon 1.00x (1.00-1.00)"))
  }

  @Test func whatIsNotClearNeedsMoreSeeds() throws {
    let decision = Self.decide([200, 240, 190, 260], [220, 250, 180, 250])
    #expect(decision.answer == .open && !decision.isAnswered)
    let more = try #require(decision.moreSeeds)
    #expect(more > 1)
    #expect(decision.progress(seeds: 4).hasSuffix("after 4 seeds, \(more) more expected"))
  }

  /// A ratio that is far from 1 may still not be known well enough.
  @Test func aPrecisionAsksForMore() {
    let (arm, baseline) = ([200.0, 220, 190, 205], [300.0, 310, 305, 290])
    #expect(Self.decide(arm, baseline).answer == .faster)
    let exact = Self.decide(arm, baseline, DecisionRule(precision: 0.02))
    #expect(exact.answer == .open && exact.moreSeeds.map { $0 > 3 } == true)
  }

  @Test func severalArmsShareTheError() throws {
    let (arm, baseline) = ([200.0, 202, 199, 201], [300.0, 301, 300, 299])
    let one = try #require(Self.decide(arm, baseline).interval)
    let three = try #require(Self.decide(arm, baseline, comparisons: 3).interval)
    #expect(three.lower < one.lower && three.contains(one))
  }

  @Test func aRunThatMissesTheTargetEndsIt() {
    let decision = Self.decide([200, 501, 199], [300, 301, 300])
    #expect(decision.answer == .missed && !decision.isAnswered)
    #expect(decision.missed == Decision.Miss(arm: "muon", seed: 1))
    #expect(decision.sentence(DecisionRule(), seeds: 3).contains("with seed 1: more steps"))
    #expect(Self.decide([200], [501]).missed == Decision.Miss(arm: "adamw", seed: 0))
  }
}
