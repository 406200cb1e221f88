import Autograd

/// A factor on every learning rate: linear warm-up, constant, then linear to zero.
///
///     warm-up    (step + 1) / warmupSteps             so that the first update is not lost
///     cooldown   (1 - step / steps) / cooldown        zero only after the last update
///
/// The factor is the smaller of the two, and at most 1. Weight decay follows it, as rules decay by the
/// scheduled learning rate.
public struct Schedule: Codable, Hashable, Sendable {
  /// The number of updates over which the factor rises to 1; 0 for no warm-up.
  public var warmupSteps: Int
  /// The share of the run, at its end, over which the factor falls to zero; 0 for no cooldown.
  public var cooldown: Double

  enum CodingKeys: String, CodingKey {
    case warmupSteps = "warmup_steps"
    case cooldown
  }

  /// Creates a schedule; without arguments, the factor is always 1.
  public init(warmupSteps: Int = 0, cooldown: Double = 0) {
    self.warmupSteps = warmupSteps
    self.cooldown = cooldown
  }

  /// The factor on every learning rate for the update at `progress`, in 0...1.
  public func factor(at progress: TrainingProgress) -> Double {
    let rise = warmupSteps == 0 ? 1 : Double(progress.step + 1) / Double(warmupSteps)
    let fall = cooldown == 0 ? 1 : (1 - progress.fraction) / cooldown
    return max(0, min(1, rise, fall))
  }

  /// What is wrong with these values, in words; nil when nothing is.
  public var problem: String? {
    if warmupSteps < 0 { return "warmup_steps \(warmupSteps) is negative" }
    if !(0...1).contains(cooldown) { return "cooldown \(cooldown) is not in 0...1" }
    return nil
  }

  /// What is wrong with these values in a run of so many updates, in words; nil when nothing is.
  public func problem(over steps: Int) -> String? {
    if let problem { return problem }
    guard warmupSteps > steps else { return nil }
    return
      "warmup_steps \(warmupSteps) is above the run's \(steps) steps, so no learning rate would "
      + "reach its value; take more steps, or lower it (--set schedule.warmup_steps=0)"
  }

  /// The largest factor in a run of so many updates: below 1 where warm-up and cooldown overlap.
  public func peak(over steps: Int) -> Double {
    guard warmupSteps > 0, cooldown > 0, steps > 0 else { return 1 }
    // Where the two lines meet: (s + 1) / warmupSteps = (1 - s / steps) / cooldown.
    let (rise, fall) = (1 / Double(warmupSteps), 1 / (cooldown * Double(steps)))
    let meeting = max(0, (1 / cooldown - rise) / (rise + fall))
    return [meeting.rounded(.down), meeting.rounded(.up)].map { step in
      factor(at: TrainingProgress(min(Int(step), steps - 1), of: steps))
    }.max() ?? 1
  }
}

/// How far training has come: which update is next, of how many.
public struct TrainingProgress: Codable, Hashable, Sendable {
  /// The number of updates made so far, which is also the index of the next one.
  public let step: Int
  /// The number of updates of the whole run.
  public let steps: Int

  /// Creates the progress before update `step`, counted from 0, of `steps`.
  public init(_ step: Int, of steps: Int) {
    require(step >= 0 && steps >= 0, "TrainingProgress: step \(step) of \(steps)")
    self.step = step
    self.steps = steps
  }

  /// The share of the run that is done: 0 at the start, 1 at the end, more beyond it.
  public var fraction: Double {
    steps == 0 ? 1 : Double(step) / Double(steps)
  }
}
