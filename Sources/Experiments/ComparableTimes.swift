import Runs
import Statistics

/// The validations of an arm's runs, with training times that may be compared.
///
/// Pauses do not count. Neither do the times of a run that was interrupted, whose processes may have had the machine in
/// different states: it counts as the mean of the arm's other runs. Losses and steps are those of all runs.
enum ComparableTimes {
  static func curves(of runs: [FinishedRun]) -> ArmCurves {
    let steady = runs.map { SteadyTimes(of: $0.log.steps) }
    let whole = zip(runs, steady).filter { !$0.0.record.isInterrupted }.map(\.1)
    return ArmCurves(
      runs.map { run in
        guard run.record.isInterrupted, !whole.isEmpty else {
          return (run.trial.seed, measured(run, run.log.withoutPauses(run.log.validations)))
        }
        return (
          run.trial.seed,
          measured(run, run.log.validations).map { validation in
            var validation = validation
            validation.trainSeconds =
              Sample(whole.map { $0.seconds(until: validation.step) }).mean
            return validation
          }
        )
      })
  }

  /// Validations with what the track's goal judges by in the place of the loss: on a track of images, the errors.
  private static func measured(
    _ run: FinishedRun, _ validations: [RunLog.Validation]
  ) -> [RunLog.Validation] {
    guard let goal = run.log.plan.track.goal else { return validations }
    return validations.map { validation in
      var measured = validation
      measured.loss = goal.measure(of: validation)
      return measured
    }
  }

  /// Says which runs of an arm were interrupted; nil where none was.
  static func warning(about arm: Arm, _ runs: [FinishedRun]) -> String? {
    let interrupted = runs.filter(\.record.isInterrupted)
    guard !interrupted.isEmpty else { return nil }
    let seeds = interrupted.map { String($0.trial.seed) }.joined(separator: ", ")
    return
      "\(arm.name): \(interrupted.count) of \(runs.count) runs were interrupted and resumed (seed \(seeds)); "
      + (interrupted.count < runs.count
        ? "where seconds are compared, they count as the mean of the others"
        : "their seconds may not compare")
  }
}

extension RunRecord {
  /// Whether it stopped on the way, and went on later.
  package var isInterrupted: Bool { result.interruptions != nil }
}
