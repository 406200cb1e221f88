import Autograd
import Statistics
import Text

/// How many of a baseline's steps, and of its seconds, another arm needs to reach the target.
public struct StopRatios: Codable, Equatable, Sendable {
  /// The ratio of the two arms, and where it may lie.
  public struct Ratio: Codable, Equatable, Sendable {
    /// The arm's over the baseline's.
    public let value: Double
    /// Where it may lie, with the confidence of the bootstrap.
    public let interval: ConfidenceInterval
  }

  /// Of the stop steps.
  public let steps: Ratio
  /// Of the mean training times until the stop steps.
  public let seconds: Ratio
  /// The share of resamples in which an arm had no stop step.
  public let openShare: Double

  enum CodingKeys: String, CodingKey {
    case steps, seconds
    case openShare = "open_share"
  }
}

extension StopRule {
  /// Compares two arms that ran on the same seeds; nil unless both allow a verdict.
  ///
  /// The intervals are those of a paired bootstrap: every resample draws the same seeds for both arms, and
  /// decides both stop steps anew, by this rule. Where an arm then has none, it is known to need more
  /// than the last step: its ratio is taken as anything from there on, which widens the interval.
  /// What is estimated is the ratio by this rule, in which an arm whose seeds differ more stops later, and on
  /// the grid of validations, which an interval can be narrower than.
  /// A resample that repeats seeds has less spread than as many seeds would, so its stop steps
  /// tend to be a little early, in both arms.
  public func ratios(
    of arm: ArmCurves, to baseline: ArmCurves, bootstrap: Bootstrap = Bootstrap()
  ) -> StopRatios? {
    require(
      arm.seeds == baseline.seeds, "arms with seeds \(arm.seeds) and \(baseline.seeds) are no pair")
    guard shortfall(of: arm) == nil, shortfall(of: baseline) == nil else { return nil }
    let (needed, reference) = (effort(of: arm), effort(of: baseline))
    let resamples = bootstrap.draws(from: arm.seeds.count).map { indices in
      (effort(of: arm.drawing(indices)), effort(of: baseline.drawing(indices)))
    }
    return StopRatios(
      steps: StopRatios.Ratio(
        value: needed.steps.lowerBound / reference.steps.lowerBound,
        interval: bootstrap.interval(of: resamples.map { quotient($0.steps, $1.steps) })),
      seconds: StopRatios.Ratio(
        value: needed.seconds.lowerBound / reference.seconds.lowerBound,
        interval: bootstrap.interval(of: resamples.map { quotient($0.seconds, $1.seconds) })),
      openShare: Double(resamples.count { $0.isOpen || $1.isOpen }) / Double(resamples.count))
  }

  /// What reaching the target takes: as ranges, since all that is known of an arm without a stop step is
  /// that it needs more than it had.
  private struct Effort {
    let steps: ClosedRange<Double>
    let seconds: ClosedRange<Double>

    var isOpen: Bool { steps.upperBound == .infinity }
  }

  private func effort(of curves: ArmCurves) -> Effort {
    let stop = stop(of: curves)
    let index = stop ?? curves.steps.count - 1
    let (steps, seconds) = (Double(curves.steps[index]), curves.seconds(at: index).mean)
    return Effort(
      steps: steps...(stop == nil ? .infinity : steps),
      seconds: seconds...(stop == nil ? .infinity : seconds))
  }

  private func quotient(
    _ numerator: ClosedRange<Double>, _ denominator: ClosedRange<Double>
  ) -> ClosedRange<Double> {
    (numerator.lowerBound / denominator.upperBound)...(numerator.upperBound / denominator.lowerBound)
  }
}

extension StopRatios.Ratio {
  /// `0.71 (0.68-0.74)`.
  package var text: String { "\(Format.fixed(value, 2)) (\(interval.ratioText))" }

  /// `0.71x (0.68-0.74)`.
  package var factorText: String { "\(Format.fixed(value, 2))x (\(interval.ratioText))" }
}

extension ConfidenceInterval {
  /// Of a ratio: `0.68-0.74`, or `up to 0.74` or `above 0.68` where an arm without a stop step leaves an end open.
  package var ratioText: String {
    let least = Format.fixed(lower, 2)
    guard let greatest = upper.map({ Format.fixed($0, 2) }) else { return "above \(least)" }
    return lower == 0 ? "up to \(greatest)" : "\(least)-\(greatest)"
  }
}
