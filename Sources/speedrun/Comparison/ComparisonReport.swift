import Autograd
import Statistics
import Text

/// What a comparison found: the content of `speedrun compare --json`.
package struct ComparisonReport: Codable, Sendable {
  /// A loss over the seeds of an arm.
  package struct Loss: Codable, Equatable, Sendable {
    package let mean: Double
    /// Null of one seed, like the interval.
    @OrNull package var standardDeviation: Double?
    /// Of 95 %, by Student's t.
    @OrNull package var interval: ConfidenceInterval?

    package init(_ losses: Sample) {
      mean = losses.mean
      standardDeviation = losses.standardDeviation
      interval = losses.interval()
    }

    enum CodingKeys: String, CodingKey {
      case mean, interval
      case standardDeviation = "standard_deviation"
    }
  }

  /// Where an arm has reached the target.
  package struct Stop: Codable, Equatable, Sendable {
    package let step: Int
    /// The validation before, where it was not yet shown.
    package let previousStep: Int
    package let loss: Loss
    /// Of a mean as low as this if the true one were the target.
    package let probability: Double
    package let tokens: Int
    /// The mean training time until then.
    package let seconds: Double

    enum CodingKeys: String, CodingKey {
      case step, loss, tokens, seconds
      case previousStep = "previous_step"
      case probability = "p"
    }
  }

  /// An arm by itself.
  package struct Arm: Codable, Sendable {
    package let name: String
    package let optimizer: Contestant
    package let settings: [String]
    /// Of the whole schedule, as are tokens, seconds and the optimizer's share.
    package let steps: Int
    package let tokens: Int
    package let trainSeconds: Double
    package let optimizerShare: Double
    @OrNull package var finalLoss: Loss?
    @OrNull package var stop: Stop?
    /// Why there can be no verdict on it, in words.
    @OrNull package var shortfall: String?
    /// How many more seeds a verdict needs; null when none are needed, or none would help.
    @OrNull package var moreSeeds: Int?

    enum CodingKeys: String, CodingKey {
      case name, optimizer, settings, steps, tokens, stop, shortfall
      case trainSeconds = "train_seconds"
      case optimizerShare = "optimizer_share"
      case finalLoss = "final_loss"
      case moreSeeds = "more_seeds"
    }
  }

  /// What may be said of an arm against the baseline.
  package struct Verdict: Codable, Sendable {
    package let arm: String
    package let baseline: String
    /// Null when there is no verdict.
    @OrNull package var ratios: StopRatios?
  }

  package let track: String
  package let target: Double
  package let precision: Precision
  package let seeds: [UInt64]
  package let validationEvery: Int
  /// The same in the last fifth of a schedule; null for no difference.
  @OrNull package var validationEveryLate: Int?
  /// Of the stop rule.
  package let significance: Double
  /// Of the intervals of ratios, from this many resamples.
  package let confidence: Double
  package let resamples: Int
  /// The baseline first.
  package let arms: [Arm]
  package let verdicts: [Verdict]
  /// Of all runs.
  package let compute: ExperimentRecord.Compute
  package let warnings: [String]

  enum CodingKeys: String, CodingKey {
    case track, target, precision, seeds, significance, confidence, resamples, arms, verdicts
    case compute, warnings
    case validationEvery = "val_every"
    case validationEveryLate = "val_every_late"
  }

  /// Whether nothing is in the way of a verdict.
  var isDecided: Bool { arms.allSatisfy { $0.shortfall == nil } }

  /// How many more seeds all arms need, which share them; nil when no number would help, or none is
  /// needed.
  var moreSeeds: Int? {
    let short = arms.filter { $0.shortfall != nil }
    let needed = short.compactMap(\.moreSeeds)
    return needed.count == short.count ? needed.max() : nil
  }
}
