import Autograd
import Statistics

/// Decides at which step an arm has reached the target.
///
/// The stop step is the smallest validation step, common to all seeds, at which the mean loss over the
/// seeds is below the target with a probability under ``significance`` (`TTest`, with the spread of that
/// arm's own seeds). It is the rule of modded-nanogpt's optimization track, whose fine print holds here:
///
/// - No run stops by itself. Each goes through its whole schedule, and one step is chosen for all of
///   them afterwards; letting every seed stop at its own first good validation would reward luck.
/// - The test is made at several steps and the earliest that passes is taken, also when a later one
///   does not. Losses of one run at neighbouring steps are nearly the same draw of luck, so this is far
///   from as many independent attempts, but the significance is that of one step, not of the choice.
/// - A step is as fine as the distance of validations.
public struct StopRule: Sendable {
  /// The loss to reach, in nats per token.
  public let target: Double
  /// How improbable a mean so low must be, if the true mean were the target.
  public let significance: Double

  /// Creates the rule for a target.
  public init(target: Double, significance: Double = 0.01) {
    self.target = target
    self.significance = significance
  }

  /// Returns the index of the stop step; nil where no step passes.
  public func stop(of curves: ArmCurves) -> Int? {
    guard curves.seeds.count > 1 else { return nil }
    // The same test as `TTest`, with one quantile for all steps.
    let distribution = StudentsT(degreesOfFreedom: Double(curves.seeds.count - 1))
    let criticalValue = distribution.quantile(1 - significance)
    return curves.steps.indices.first { index in
      let losses = curves.losses(at: index)
      guard let error = losses.standardError else { return false }
      return losses.mean + criticalValue * error < target
    }
  }
}
