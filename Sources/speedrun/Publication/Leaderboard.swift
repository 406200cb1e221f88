import Autograd
import Experiments
import Text

/// Everything that reached, or should have reached, one target on one track.
package struct Leaderboard: Sendable {
  /// What has to be equal for steps and seconds to be compared.
  package struct Course: Hashable, Sendable {
    package let track: String
    package let target: Double
    package let precision: String
  }

  /// An arm of a comparison.
  package struct Row: Sendable {
    /// Nil without a stop step.
    package let rank: Int?
    package let arm: Verdict.Arm
    package let ratios: StopRatios?
    package let isBaseline: Bool
    package let seeds: Int
    package let experiment: FinishedExperiment
  }

  package let course: Course
  /// The ranked rows first: fewest steps, then fewest seconds.
  package let rows: [Row]
}

extension [FinishedExperiment] {
  /// A leaderboard for every course, the one with the most runs first.
  package var leaderboards: [Leaderboard] {
    var rows: [Leaderboard.Course: [Leaderboard.Row]] = [:]
    for (experiment, report, _) in comparisons(.leaderboard) {
      let course = Leaderboard.Course(
        track: report.track, target: report.target, precision: report.precision.rawValue)
      for (index, arm) in report.arms.enumerated() {
        rows[course, default: []].append(
          Leaderboard.Row(
            rank: nil, arm: arm,
            ratios: report.verdicts.first { $0.arm == arm.name }?.ratios,
            isBaseline: index == 0, seeds: report.seeds.count, experiment: experiment))
      }
    }
    return rows.map { Leaderboard(course: $0, unranked: $1) }.sorted {
      let (a, b) = ($0, $1)
      func runs(_ board: Leaderboard) -> Int { board.rows.reduce(0) { $0 + $1.seeds } }
      return runs(a) != runs(b) ? runs(a) > runs(b) : a.course.text < b.course.text
    }
  }
}

extension Leaderboard {
  fileprivate init(course: Course, unranked rows: [Row]) {
    self.course = course
    let stopped = rows.filter { $0.arm.stop != nil }.enumerated().sorted { a, b in
      func key(_ row: (offset: Int, element: Row)) -> (Int, Double, Int) {
        (row.element.arm.stop?.step ?? 0, row.element.arm.stop?.seconds ?? 0, row.offset)
      }
      return key(a) < key(b)
    }.map(\.element)
    self.rows =
      stopped.enumerated().map { $1.ranked($0 + 1) } + rows.filter { $0.arm.stop == nil }
  }
}

extension Leaderboard.Row {
  fileprivate func ranked(_ rank: Int) -> Self {
    Self(
      rank: rank, arm: arm, ratios: ratios, isBaseline: isBaseline, seeds: seeds,
      experiment: experiment)
  }
}

extension Leaderboard.Course {
  /// As a heading.
  package var text: String {
    "\(track), target \(Format.fixed(target, 3)), \(precision)"
  }
}
