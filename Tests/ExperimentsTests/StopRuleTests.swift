import Autograd
import Experiments
import Runs
import Statistics
import Testing

/// Curves with a validation every 10 steps, from step 0 on, of one second a step: a list of losses a seed.
private func curves(
  _ losses: [[Double]], secondsPerStep: [Double] = [], firstSeed: UInt64 = 0
) -> ArmCurves {
  ArmCurves(
    losses.enumerated().map { index, losses in
      let seconds = secondsPerStep.isEmpty ? 1 : secondsPerStep[index]
      return (
        firstSeed + UInt64(index),
        losses.enumerated().map { point, loss in
          RunLog.Validation(
            step: 10 * point, loss: loss.isFinite ? loss : nil,
            trainSeconds: seconds * Double(10 * point))
        }
      )
    })
}

/// Curves around one of means: seeds in pairs, one above and one below, with that standard deviation.
private func curves(around means: [Double], deviation: Double, seeds: Int) -> ArmCurves {
  let distance = deviation * (Double(seeds - 1) / Double(seeds)).squareRoot()
  return curves(
    (0..<seeds).map { seed in means.map { $0 + (seed.isMultiple(of: 2) ? distance : -distance) } })
}

@Suite struct StopRuleTests {
  private let rule = StopRule(target: 3)

  private func stopStep(_ curves: ArmCurves) -> Int? {
    rule.stop(of: curves).map { curves.steps[$0] }
  }

  @Test func theStopStepIsTheFirstWithAMeanSignificantlyBelowTheTarget() throws {
    let arm = curves([
      [5.5, 3.4, 3.02, 2.97, 2.90],
      [5.5, 3.3, 2.95, 2.95, 2.91],
      [5.5, 3.5, 3.01, 2.96, 2.93],
      [5.5, 3.4, 2.99, 2.97, 2.92],
    ])
    #expect(arm.steps == [10, 20, 30, 40])
    // At step 20 the mean is below, 2.9925, by less than a deviation.
    #expect(arm.losses(at: 1).mean < 3)
    #expect(stopStep(arm) == 30)
    let probabilities = try arm.steps.indices.map { index in
      try #require(TTest(arm.losses(at: index), isBelow: 3)).probability
    }
    #expect(probabilities[1] > 0.01 && probabilities[2] < 0.01)
  }

  @Test func aLaterRiseDoesNotUndoIt() {
    let arm = curves(around: [5.5, 3.2, 2.9, 3.1, 2.8], deviation: 0.01, seeds: 4)
    #expect(stopStep(arm) == 20)
  }

  @Test func theArmsOwnSpreadDecides() {
    let means = [5.5, 3.2, 2.99, 2.98, 2.9]
    #expect(stopStep(curves(around: means, deviation: 0.001, seeds: 6)) == 20)
    #expect(stopStep(curves(around: means, deviation: 0.01, seeds: 6)) == 30)
    #expect(stopStep(curves(around: means, deviation: 0.05, seeds: 6)) == 40)
    #expect(stopStep(curves(around: means, deviation: 0.5, seeds: 6)) == nil)
  }

  @Test func noSeedStopsByItself() {
    // Each seed alone is below at some step, but no step is good for all.
    let arm = curves([
      [5.5, 2.5, 3.4, 3.4],
      [5.5, 3.4, 2.5, 3.4],
      [5.5, 3.4, 3.4, 2.5],
    ])
    #expect(stopStep(arm) == nil)
  }

  @Test func stepZeroDoesNotCount() {
    #expect(stopStep(curves(around: [2.0, 3.5, 2.9], deviation: 0.001, seeds: 4)) == 20)
  }

  @Test func seedsWithoutSpreadPassWhereTheyAreBelow() {
    #expect(stopStep(curves(around: [5.5, 3, 2.99], deviation: 0, seeds: 3)) == 20)
  }

  @Test func aSeedThatEndsEarlyPassesNowhereBeyond() {
    let arm = curves([[5.5, 3.1, 2.9], [5.5, 3.1, 2.91], [5.5, 3.1]])
    #expect(arm.steps == [10, 20])
    #expect(stopStep(arm) == nil)
    #expect(rule.shortfall(of: arm) == .diverged(seed: 2))
    let atOnce = curves([[5.5], [5.5]], firstSeed: 7)
    #expect(rule.shortfall(of: atOnce) == .diverged(seed: 7))
    // Also where the target was reached before.
    let later = curves([
      [5.5, 2.9, 2.8], [5.5, 2.91, 2.8], [5.5, 2.9, 2.8], [5.5, 2.91, .infinity],
    ])
    #expect(stopStep(later) == 10)
    #expect(rule.shortfall(of: later) == .diverged(seed: 3))
  }

  @Test func tooFewSeedsAreRefusedHoweverGoodTheyAre() {
    let one = curves([[5.5, 2.5]])
    #expect(rule.shortfall(of: one) == .tooFewSeeds(more: 2))
    let two = curves([[5.5, 2.5], [5.5, 2.5001]])
    #expect(stopStep(two) == 10)
    #expect(rule.shortfall(of: two) == .tooFewSeeds(more: 1))
    #expect(
      rule.shortfall(of: curves(around: [5.5, 2.9], deviation: 0.1, seeds: 2))
        == .tooFewSeeds(more: 7), "nine in all at one deviation")
  }

  @Test func theSeedsItAsksForAreEnough() throws {
    let means = [5.5, 3.1, 2.99, 2.98]
    let few = curves(around: means, deviation: 0.02, seeds: 4)
    let shortfall = try #require(rule.shortfall(of: few))
    guard case .notSignificant(let step, let probability, let more) = shortfall else {
      Issue.record("\(shortfall)")
      return
    }
    #expect(step == 30)
    #expect(more == 5 && shortfall.moreSeeds == 5)
    // One-sided, t = -2 with 3 degrees of freedom.
    #expect(abs(probability - 0.0697) < 1e-4)
    #expect(rule.shortfall(of: curves(around: means, deviation: 0.02, seeds: 8)) != nil)
    #expect(rule.shortfall(of: curves(around: means, deviation: 0.02, seeds: 10)) == nil)
  }

  @Test func whereSeedsCannotHelpNoneAreAskedFor() throws {
    let above = try #require(
      rule.shortfall(of: curves(around: [5.5, 3.2, 3, 3.1], deviation: 0, seeds: 4)))
    #expect(above == .neverBelow(mean: 3, step: 20))
    #expect(above.moreSeeds == nil)
    let hopeless = try #require(
      rule.shortfall(of: curves(around: [5.5, 2.9999], deviation: 0.1, seeds: 4)))
    guard case .notSignificant(_, _, nil) = hopeless else {
      Issue.record("\(hopeless)")
      return
    }
    #expect(hopeless.text(target: 3, seeds: 4).contains("more than a thousand"))
  }
}

@Suite struct StopRatioTests {
  private let rule = StopRule(target: 3)

  @Test func withoutSpreadTheIntervalsAreTheRatios() throws {
    let quick = curves([[5, 2.9, 2.8, 2.7], [5, 2.9, 2.8, 2.7], [5, 2.9, 2.8, 2.7]])
    let slow = curves(
      [[5, 3.9, 3.8, 2.7], [5, 3.9, 3.8, 2.7], [5, 3.9, 3.8, 2.7]],
      secondsPerStep: [0.5, 0.5, 0.5])
    let ratios = try #require(rule.ratios(of: quick, to: slow))
    #expect(abs(ratios.steps.value - 1.0 / 3) < 1e-12)
    #expect(abs(ratios.seconds.value - 2.0 / 3) < 1e-12)
    for ratio in [ratios.steps, ratios.seconds] {
      #expect(ratio.interval == ConfidenceInterval(lower: ratio.value, upper: ratio.value))
    }
    #expect(ratios.openShare == 0)
  }

  @Test func aMachineThatDriftsFromSeedToSeedCancels() throws {
    // Every seed's run took as long as the machine let it, in both arms.
    let drift = [1.0, 1.3, 0.8, 1.1]
    let losses = drift.map { _ in [5, 3.5, 2.9, 2.8] }
    let ratios = try #require(
      rule.ratios(
        of: curves(losses, secondsPerStep: drift),
        to: curves(losses, secondsPerStep: drift.map { 2 * $0 })))
    #expect(abs(ratios.seconds.value - 0.5) < 1e-12)
    #expect(abs(ratios.seconds.interval.lower - 0.5) < 1e-12)
    #expect(abs(try #require(ratios.seconds.interval.upper) - 0.5) < 1e-12)
  }

  @Test func stopStepsAreDecidedAnewInEveryResample() throws {
    // The last seed is late: with it drawn twice, the mean is significantly below only later.
    let arm = curves([
      [5, 2.980, 2.90, 2.8, 2.7], [5, 2.985, 2.91, 2.8, 2.7], [5, 2.982, 2.90, 2.8, 2.7],
      [5, 2.978, 2.91, 2.8, 2.7], [5, 2.990, 2.92, 2.8, 2.7], [5, 2.999, 2.93, 2.8, 2.7],
    ])
    let baseline = curves(around: [5, 3.5, 3.4, 3.3, 2.9], deviation: 0.001, seeds: 6)
    let ratios = try #require(rule.ratios(of: arm, to: baseline))
    #expect(ratios.steps.value == 0.25)
    #expect(ratios.steps.interval == ConfidenceInterval(lower: 0.25, upper: 0.5))
    #expect(ratios == rule.ratios(of: arm, to: baseline), "same data, same interval")
  }

  @Test func anArmThatMayNotArriveHasNoUpperEnd() throws {
    let arm = curves([
      [5, 3.2, 2.960], [5, 3.2, 2.930], [5, 3.2, 2.979], [5, 3.2, 2.910], [5, 3.2, 2.955],
    ])
    let baseline = curves(around: [5, 3.5, 2.9], deviation: 0.001, seeds: 6).drawing([
      0, 1, 2, 3, 4,
    ])
    let ratios = try #require(rule.ratios(of: arm, to: baseline))
    #expect(ratios.steps.value == 1)
    #expect(ratios.openShare > 0.025 && ratios.openShare < 0.9)
    #expect(ratios.steps.interval.lower == 1)
    #expect(ratios.steps.interval.upper == nil)
    #expect(ratios.seconds.interval.upper == nil)
    let inverse = try #require(rule.ratios(of: baseline, to: arm))
    #expect(inverse.steps.interval == ConfidenceInterval(lower: 0, upper: 1))
  }

  @Test func withoutAStopStepThereIsNoRatio() {
    let good = curves(around: [5, 2.9], deviation: 0.001, seeds: 4)
    let bad = curves(around: [5, 3.1], deviation: 0.001, seeds: 4)
    #expect(rule.ratios(of: bad, to: good) == nil)
    #expect(rule.ratios(of: good, to: bad) == nil)
    let pair = [0, 1]
    #expect(rule.ratios(of: good.drawing(pair), to: good.drawing(pair)) == nil, "two seeds")
  }
}
