import Autograd

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
