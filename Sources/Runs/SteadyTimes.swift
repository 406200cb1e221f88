import Text

/// What the steps of a run take where nothing but the run takes time.
///
/// The clock goes on while a process is stopped, a laptop sleeps, or a neighbour has the processor. A step with such a
/// pause in it says nothing about the rule, so where seconds are compared it counts as the median step. The rule, for the
/// two parts of a step:
///
/// - Forward and backward are the same work in every step: they stood still when they took over ``factor`` times their
///   median.
/// - An update may be more work now and then, as of a rule that makes a preconditioner every tenth step: it stood still
///   when it took over ``factor`` times the median step, and over ``factor`` times what 99 updates in 100 keep to.
///
/// Nothing below ``least`` is a pause: so long other programs may have their turn. In the 186 000 steps of this project's
/// own records, many of them beside another run, no step took 8 times the median of its run.
package struct SteadyTimes: Sendable {
  /// The steps, with the median in place of every part that stood still.
  package let steps: [RunLog.Step]
  /// The numbers of the steps that stood still, ascending.
  package let pausedSteps: [Int]

  /// How many times the usual time a pause takes at least.
  static let factor = 8
  /// How much longer than the usual time a pause takes at least.
  static let least = Duration.milliseconds(50)

  /// Finds the pauses among the steps of one run.
  package init(of steps: [RunLog.Step]) {
    guard let stepMedian = steps.map(\.time).median,
      let passMedian = steps.map(\.passTime).median,
      let updateMedian = steps.map(\.optimizerTime).median
    else {
      (self.steps, pausedSteps) = ([], [])
      return
    }
    let rare = max(1, steps.count / 100)
    let longUpdate = steps.map(\.optimizerTime).sorted().dropLast(rare).last ?? updateMedian
    let updateBound = max(stepMedian, longUpdate)
    func isPause(_ time: Duration, beyond usual: Duration) -> Bool {
      time > usual * Self.factor && time - usual >= Self.least
    }
    let steady = steps.map { step in
      let pass = isPause(step.passTime, beyond: passMedian) ? passMedian : step.passTime
      let update =
        isPause(step.optimizerTime, beyond: updateBound) ? updateMedian : step.optimizerTime
      return RunLog.Step(loss: step.loss, time: pass + update, optimizerTime: update)
    }
    self.steps = steady
    pausedSteps = steps.indices.filter { steady[$0] != steps[$0] }
  }

  /// The training time of the steps before this one.
  package func seconds(until step: Int) -> Double {
    steps.prefix(step).reduce(.zero) { $0 + $1.time }.seconds
  }
}

extension RunLog.Step {
  /// Of forward and backward.
  fileprivate var passTime: Duration { time - optimizerTime }
}

extension RunLog {
  /// Validations of this run, with the training time until then as it would be without pauses.
  package func withoutPauses(_ validations: [Validation]) -> [Validation] {
    let steady = SteadyTimes(of: steps)
    guard !steady.pausedSteps.isEmpty else { return validations }
    return validations.map { validation in
      var validation = validation
      validation.trainSeconds = steady.seconds(until: validation.step)
      return validation
    }
  }

  /// What the record says of pauses; nil where there was none.
  package var pauses: RunRecord.Pauses? {
    let steady = SteadyTimes(of: steps)
    guard !steady.pausedSteps.isEmpty else { return nil }
    return RunRecord.Pauses(
      steps: steady.pausedSteps, steadyTrainSeconds: steady.seconds(until: steps.count),
      steadyOptimizerSeconds: steady.steps.reduce(.zero) { $0 + $1.optimizerTime }.seconds)
  }
}

extension RunRecord {
  /// The steps of a run that stood still, and its seconds without that.
  public struct Pauses: Codable, Hashable, Sendable {
    /// The numbers of the steps, ascending.
    public var steps: [Int]
    /// The training time with the median in place of what stood still.
    public var steadyTrainSeconds: Double
    /// The part of it that updates took.
    public var steadyOptimizerSeconds: Double

    enum CodingKeys: String, CodingKey {
      case steps
      case steadyTrainSeconds = "steady_train_seconds"
      case steadyOptimizerSeconds = "steady_optimizer_seconds"
    }
  }
}

extension RunRecord.Result {
  /// The training time to compare: without pauses.
  package var steadyTrainSeconds: Double { pauses?.steadyTrainSeconds ?? trainSeconds }

  /// The optimizer's part of it.
  package var steadyOptimizerSeconds: Double { pauses?.steadyOptimizerSeconds ?? optimizerSeconds }

  /// `4.0 s at step 17`; nil where nothing stood still.
  package var pausesText: String? {
    pauses.map { pauses in
      let place =
        pauses.steps.count == 1 ? "step \(pauses.steps[0])" : "\(pauses.steps.count) steps"
      return "\(Format.duration(trainSeconds - pauses.steadyTrainSeconds)) at \(place)"
    }
  }
}
