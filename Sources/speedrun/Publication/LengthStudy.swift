import Experiments
import Runs
import Statistics

/// The final loss of each optimizer by the length of its schedule.
package struct LengthStudy: Sendable {
  /// The lengths of one recipe, whose arms are called `NAME-STEPS`.
  package struct Family: Sendable {
    package let name: String
    package let optimizer: String
    /// Ascending by steps.
    package let points: [Point]
    package let losses: LossByLength

    /// The steps that end at a loss.
    package func steps(to loss: Double) -> LossByLength.Steps { losses.steps(to: loss) }
  }

  /// One length.
  package struct Point: Sendable {
    package let steps: Int
    package let losses: Sample
  }

  package let experiment: FinishedExperiment
  package let target: Double
  package let families: [Family]

  init(
    _ experiment: FinishedExperiment, _ report: Verdict, _ runs: [FinishedExperiment.Run]
  ) {
    self.experiment = experiment
    target = report.target
    var points: [String: [Point]] = [:]
    var order: [(name: String, optimizer: String)] = []
    for arm in report.arms {
      let own = runs.filter { $0.arm == arm.name }
      let losses = own.compactMap(\.record.result.finalValLoss)
      // A diverged run has no final loss, and a mean without it would flatter.
      guard !losses.isEmpty, losses.count == own.count else { continue }
      let name = Self.family(of: arm.name)
      if points[name] == nil { order.append((name, arm.optimizer)) }
      points[name, default: []].append(
        Point(
          steps: arm.steps, losses: Sample(losses)))
    }
    families = order.map { name, optimizer in
      let points = (points[name] ?? []).sorted { $0.steps < $1.steps }
      return Family(
        name: name, optimizer: optimizer, points: points,
        losses: LossByLength(points.map { ($0.steps, $0.losses.mean) }))
    }
  }

  /// `muon-rms` of `muon-rms-200`.
  private static func family(of arm: String) -> String {
    String(arm.replacing(/-[0-9]+$/, with: ""))
  }

  /// The family whose losses say what a loss of another experiment is worth in steps.
  package func family(like arm: String, _ optimizer: String) -> Family? {
    families.first { $0.name == arm } ?? families.first { $0.optimizer == optimizer }
  }

  /// Whether losses of another experiment can be compared with these.
  package func fits(_ other: ExperimentRecord) -> Bool {
    let own = experiment.record
    return own.track.name == other.track.name && own.track.batch == other.track.batch
      && own.track.model == other.track.model && own.precision == other.precision
  }
}

extension [FinishedExperiment] {
  /// The studies of lengths, in the order of their names.
  package var lengthStudies: [LengthStudy] {
    comparisons(.lengths).map { LengthStudy($0.experiment, $0.report, $0.runs) }
  }
}
