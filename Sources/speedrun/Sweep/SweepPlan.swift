import Autograd
import Figures

/// An equal-budget search: what a plan file describes.
package struct SweepPlan: Equatable, Sendable {
  package var track: TrackSource
  package var precision: Precision
  /// Every point is run once for each; its loss is their mean.
  package var seeds: [UInt64]
  package var arms: [Arm]
  /// What the search is for.
  package var purpose = ExperimentRecord.Purpose.search
  package var title: String?
  /// The plan as its file has it.
  package var text: String

  /// An optimizer, and the stages of the search for its hyperparameters.
  package struct Arm: Equatable, Sendable {
    package var name: String
    package var optimizer: Contestant
    /// What every point of the arm starts from.
    package var settings: [Setting]
    package var stages: [Stage]

    /// The points of all stages.
    package var pointCount: Int { stages.reduce(0) { $0 + $1.points.count } }
  }

  /// A grid around the best of all earlier stages.
  package struct Stage: Equatable, Sendable {
    package var name: String
    package var axes: [Axis]

    /// The points of the grid, the last key changing fastest.
    ///
    /// Where every choice is a factor of 1 the point is the best so far itself, and left out.
    package var points: [[Move]] {
      let all = axes.reduce([[]]) { points, axis in
        points.flatMap { point in axis.choices.map { point + [Move(key: axis.key, choice: $0)] } }
      }
      return all.filter { point in point.contains { $0.choice != .factor(1) } }
    }
  }

  /// A key, and what is tried for it.
  package struct Axis: Equatable, Sendable {
    package var key: String
    package var choices: [Choice]
  }

  /// A value as `--set` takes it, or a factor on the value of the best so far.
  package enum Choice: Equatable, Sendable {
    case value(String)
    case factor(Double)
  }

  /// One key's part of a point.
  package struct Move: Equatable, Sendable {
    package var key: String
    package var choice: Choice

    /// As a person reads it: `steps=200`, `muon.learning_rate=best x 0.7`.
    var text: String {
      switch choice {
      case .value(let value): "\(key)=\(value)"
      case .factor(let factor): "\(key)=best x \(SettingText.number(factor))"
      }
    }
  }

  /// The options of `speedrun run` that are the same for every trial.
  var options: [String] {
    track.arguments + (precision == .float32 ? [] : ["--precision", precision.rawValue])
  }

  /// The runs of all arms.
  package var trialCount: Int { seeds.count * arms.reduce(0) { $0 + $1.pointCount } }
}

extension SweepPlan {
  /// Throws unless the plan is fair and every setting of it fits the track.
  package func check(against file: TrackFile) throws(UsageError) {
    let counts = arms.map { (name: $0.name, trials: $0.pointCount * seeds.count) }
    if let first = counts.first, counts.contains(where: { $0.trials != first.trials }) {
      throw UsageError(
        "the arms have unequal numbers of trials: "
          + counts.map { "\($0.name) \($0.trials)" }.joined(separator: ", "),
        hint: "a search is fair when every arm gets as many: add or remove values or factors")
    }
    for arm in arms { _ = try ArmSearch.rehearsed(arm, on: file) }
  }
}
