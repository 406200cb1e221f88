import Statistics
import Text

/// Why the seeds of an arm do not allow a verdict.
public enum Shortfall: Equatable, Sendable {
  /// The loss of a seed stopped being a number.
  case diverged(seed: UInt64)
  /// The mean loss is nowhere below the target; its least value, and where.
  case neverBelow(mean: Double, step: Int)
  /// Fewer than ``StopRule/leastSeeds``; how many more would do.
  case tooFewSeeds(more: Int)
  /// The mean loss is below the target, but the test passes nowhere: the step where it came closest,
  /// its probability, and how many more seeds would do, nil if that is out of reach.
  case notSignificant(step: Int, probability: Double, more: Int?)

  /// How many more seeds would do, if margin and deviation stay what they are; nil if no number would.
  public var moreSeeds: Int? {
    switch self {
    case .diverged, .neverBelow: nil
    case .tooFewSeeds(let more): more
    case .notSignificant(_, _, let more): more
    }
  }
}

extension StopRule {
  /// A spread that two seeds show is too uncertain to decide on.
  public static let leastSeeds = 3

  /// Returns why there is no verdict on an arm; nil if it may have one.
  ///
  /// The seeds needed are those of `TTest.seedsNeeded` at the step where the
  /// margin is greatest, measured in deviations.
  public func shortfall(of curves: ArmCurves) -> Shortfall? {
    let count = curves.seeds.count
    let samples = curves.steps.indices.map(curves.losses(at:))
    let broken = samples.lazy.compactMap { $0.values.firstIndex { !$0.isFinite } }.first
    if let index = samples.isEmpty ? 0 : broken { return .diverged(seed: curves.seeds[index]) }
    let best = samples.indices.min { samples[$0].mean < samples[$1].mean } ?? 0
    guard samples[best].mean < target else {
      return .neverBelow(mean: samples[best].mean, step: curves.steps[best])
    }
    if count >= Self.leastSeeds, stop(of: curves) != nil { return nil }
    // One seed has no deviation, and three are the least that any arm may have.
    let effects = samples.map { losses in
      losses.standardDeviation.map { max(0, target - losses.mean) / $0 } ?? 0
    }.map { $0.isNaN ? 0 : $0 }
    let closest = effects.indices.max { effects[$0] < effects[$1] } ?? best
    let needed = TTest.seedsNeeded(effect: effects[closest], significance: significance)
    guard count >= Self.leastSeeds else {
      return .tooFewSeeds(more: max(needed ?? 0, Self.leastSeeds) - count)
    }
    let test = TTest(samples[closest], isBelow: target)
    return .notSignificant(
      step: curves.steps[closest], probability: test?.probability ?? 1,
      more: needed.map { max(1, $0 - count) })
  }
}

extension Shortfall {
  /// What is missing, to follow the name of the arm.
  public func text(target: Double, seeds: Int) -> String {
    let target = Format.fixed(target, 3)
    let ifNothingChanges = "if margin and spread stay what they are"
    switch self {
    case .diverged(let seed):
      return "diverged with seed \(seed): more seeds cannot help, other settings might"
    case .neverBelow(let mean, let step):
      return "is nowhere below \(target) (mean loss \(Format.fixed(mean, 4)) at best, at step "
        + "\(step)): more seeds cannot help, more steps or other settings might"
    case .tooFewSeeds(let more):
      return "has \(Format.count(seeds, "seed")), and at least \(StopRule.leastSeeds) are needed: "
        + "\(Format.count(more, "more seed")) would do"
        + (seeds > 1 ? ", \(ifNothingChanges)" : ", at the least")
    case .notSignificant(let step, let probability, let more):
      let need = more.map { "\(Format.count($0, "more seed")) would do, \(ifNothingChanges)" }
      return "is not significantly below \(target) at any step (p = "
        + "\(Format.probability(probability)) with \(Format.count(seeds, "seed")) at step \(step)): "
        + (need ?? "it would take more than a thousand seeds")
    }
  }
}
