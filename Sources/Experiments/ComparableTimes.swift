import Runs
import Statistics

/// The validations of an arm's runs, with training times that may be compared.
///
/// Pauses do not count. Neither do the times of a run that was interrupted, whose processes may have had the machine in
/// different states, nor those of a run on another kind of machine than most: such a run counts as the mean of the arm's
/// other runs. Losses and steps are those of all runs.
struct ComparableTimes {
  /// The kind of machine whose times count: that of the most runs which every arm has; nil where all count, or no kind
  /// has made runs of every arm.
  private let machine: ExperimentRecord.Machine?
  /// Whether there are runs of every arm that compare.
  let areThere: Bool

  /// Decides by the runs of all arms.
  init(of arms: [[FinishedRun]]) {
    let machines = arms.map { runs in runs.map(\.machine) }
    let kinds = Set(machines.joined()).sorted { $0.text < $1.text }
    func least(_ kind: ExperimentRecord.Machine) -> Int {
      machines.map { arm in arm.count { $0 == kind } }.min() ?? 0
    }
    let best = kinds.max { least($0) < least($1) }
    areThere = kinds.count < 2 || best.map(least) ?? 0 > 0
    machine = kinds.count > 1 && areThere ? best : nil
  }

  /// The runs of an arm on the kind of machine whose times count.
  func comparable(_ runs: [FinishedRun]) -> [FinishedRun] {
    machine.map { machine in runs.filter { $0.machine == machine } } ?? runs
  }

  func curves(of runs: [FinishedRun]) -> ArmCurves {
    let same = comparable(runs)
    let whole = same.filter { !$0.record.isInterrupted }
    let counted = whole.isEmpty ? same : whole
    let steady = counted.map { SteadyTimes(of: $0.log.steps) }
    let seeds = Set(counted.map(\.trial.seed))
    return ArmCurves(
      runs.map { run in
        guard !seeds.contains(run.trial.seed) else {
          return (
            run.trial.seed, Self.measured(run, run.log.withoutPauses(run.log.validations))
          )
        }
        return (
          run.trial.seed,
          Self.measured(run, run.log.validations).map { validation in
            var validation = validation
            validation.trainSeconds =
              Sample(steady.map { $0.seconds(until: validation.step) }).mean
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

  /// Says which runs of an arm do not count, and why; empty where all do.
  func warnings(about arm: Arm, _ runs: [FinishedRun]) -> [String] {
    var warnings: [String] = []
    func warn(_ others: [FinishedRun], _ what: String) {
      guard !others.isEmpty else { return }
      let seeds = others.map { String($0.trial.seed) }.joined(separator: ", ")
      warnings.append(
        "\(arm.name): \(others.count) of \(runs.count) runs were \(what) (seed \(seeds)); "
          + (others.count < runs.count
            ? "where seconds are compared, they count as the mean of the others"
            : "their seconds may not compare"))
    }
    warn(runs.filter(\.record.isInterrupted), "interrupted and resumed")
    if let machine {
      warn(runs.filter { $0.machine != machine }, "not made on \(machine.text)")
    }
    return warnings
  }
}

extension Experiment {
  /// Whether seconds of its arms, or of the trials of a sweep, may be shown beside each other.
  package var hasComparableTimes: Bool {
    request.kind == .comparison
      ? ComparableTimes(of: comparedRuns.map(\.runs)).areThere
      : Set(finished.map(\.machine)).count <= 1
  }
}

extension FinishedRun {
  /// The kind of machine it was made on.
  var machine: ExperimentRecord.Machine { ExperimentRecord.Machine(record.environment) }
}

extension RunRecord {
  /// Whether it stopped on the way, and went on later.
  package var isInterrupted: Bool { result.interruptions != nil }
}
