import Experiments
import Runs
import Statistics

/// What changes when one part of a recipe does: the arms of a comparison against its first.
package struct AblationStudy: Sendable {
  /// One change.
  package struct Row: Sendable {
    package let name: String
    package let settings: [String]
    /// The final losses; nil when a run diverged.
    package let losses: Sample?
    /// Against the first arm, seed by seed; nil of the first arm itself.
    package let difference: PairedDifference?
    /// The steps of the whole recipe that end at this loss; nil without a study of lengths.
    package let equivalent: LossByLength.Steps?
  }

  package let experiment: FinishedExperiment
  package let rows: [Row]
  /// The study of lengths the steps come from.
  package let lengths: LengthStudy?

  init(
    _ experiment: FinishedExperiment, _ report: Verdict, _ runs: [FinishedExperiment.Run],
    lengths studies: [LengthStudy]
  ) {
    self.experiment = experiment
    let lengths = studies.first { $0.fits(experiment.record) }
    let family = report.arms.first.flatMap { arm in
      lengths?.family(like: arm.name, arm.optimizer)
    }
    self.lengths = family == nil ? nil : lengths
    func losses(of name: String) -> [Double]? {
      let own = runs.filter { $0.arm == name }
      let found = own.compactMap(\.record.result.finalValLoss)
      return found.count == own.count && !found.isEmpty ? found : nil
    }
    let reference = report.arms.first.flatMap { losses(of: $0.name) }
    rows = report.arms.enumerated().map { index, arm in
      let own = losses(of: arm.name)
      return Row(
        name: arm.name, settings: arm.settings, losses: own.map { Sample($0) },
        difference: index == 0
          ? nil
          : own.flatMap { own in reference.map { PairedDifference(of: own, to: $0) } },
        equivalent: own.flatMap { own in family?.steps(to: Sample(own).mean) })
    }
  }
}

extension [FinishedExperiment] {
  /// The ablations, in the order of their names.
  package var ablationStudies: [AblationStudy] {
    let lengths = lengthStudies
    return comparisons(.ablations).map {
      AblationStudy($0.experiment, $0.report, $0.runs, lengths: lengths)
    }
  }
}
