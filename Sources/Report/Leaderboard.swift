import Autograd
import Experiments
import Figures
import Runs
import Statistics
import Text

/// Everything that reached, or should have reached, one target on one track.
package struct Leaderboard {
  /// What has to be equal for steps and seconds to be compared.
  struct Course: Hashable {
    let track: String
    let target: Double
    let precision: String

    /// As a heading.
    var text: String { "\(track), target \(Format.fixed(target, 3)), \(precision)" }
  }

  /// An arm of a comparison.
  package struct Row {
    /// Nil without a stop step.
    package var rank: Int?
    package let arm: Verdict.ArmResult
    let ratios: StopRatios?
    let isBaseline: Bool
    let seeds: Int
    let experiment: FinishedExperiment
  }

  let course: Course
  /// The ranked rows first: fewest steps, then fewest seconds.
  ///
  /// Arms with equal losses stand in one row only.
  package let rows: [Row]
  /// Which arms are not listed because their losses are those of another, a line for each.
  package let repetitions: [String]

  static let needs = "a comparison for the leaderboard"
  /// What stands where a comparison would.
  static let nothing = "No comparison is recorded yet."

  /// The leaderboards, and the curves and ratios of the comparisons behind them.
  static func section(of experiments: [FinishedExperiment]) -> Section? {
    let boards = all(in: experiments)
    guard !boards.isEmpty else { return nil }
    let comparisons = experiments.comparisons(.leaderboard)
    return Section(
      title: "Leaderboard",
      paragraphs: boards.flatMap { $0.shortfalls + $0.repetitions }
        + comparisons.flatMap { experiment, verdict, _ in
          verdict.warnings.map { "Warning about \(experiment.name) on \(verdict.track): \($0)." }
        },
      tables: boards.map { ("\($0.course.text):", $0.table) },
      figures: Curves.figures(of: experiments))
  }

  /// A leaderboard for every course, those on the default track first, then the one with the most runs.
  package static func all(in experiments: [FinishedExperiment]) -> [Leaderboard] {
    var rows: [Course: [Row]] = [:]
    for (experiment, verdict, _) in experiments.comparisons(.leaderboard).largestFirst {
      let course = Course(
        track: verdict.track, target: verdict.target, precision: verdict.precision.rawValue)
      for (index, arm) in verdict.arms.enumerated() {
        rows[course, default: []].append(
          Row(
            arm: arm, ratios: verdict.verdicts.first { $0.arm == arm.name }?.ratios,
            isBaseline: index == 0, seeds: verdict.seeds.count, experiment: experiment))
      }
    }
    return rows.map { Leaderboard(course: $0, unranked: $1) }.sorted { a, b in
      func key(_ board: Leaderboard) -> (Int, Int, String) {
        let isDefault = board.rows[0].experiment.record.track.name == Registry.current.defaultTrack
        return (isDefault ? 0 : 1, -board.rows.reduce(0) { $0 + $1.seeds }, board.course.text)
      }
      return key(a) < key(b)
    }
  }

  private init(course: Course, unranked rows: [Row]) {
    self.course = course
    var firsts: [[[Double?]]: Row] = [:]
    var repetitions: [String] = []
    let rows = rows.filter { row in
      guard let first = firsts.updateValue(firsts[row.losses] ?? row, forKey: row.losses) else {
        return true
      }
      repetitions.append(
        "\(row.place) is not listed again: its validation losses are those of \(first.place), bit for bit."
      )
      return false
    }
    self.repetitions = repetitions
    let stopped = rows.filter { $0.arm.stop != nil }.enumerated().sorted { a, b in
      func key(_ row: (offset: Int, element: Row)) -> (Int, Double, Int) {
        (row.element.arm.stop?.step ?? 0, row.element.seconds ?? .infinity, row.offset)
      }
      return key(a) < key(b)
    }.map(\.element)
    self.rows =
      stopped.enumerated().map { index, row in
        var row = row
        row.rank = index + 1
        return row
      } + rows.filter { $0.arm.stop == nil }
  }

  /// Why arms have no rank, a line for each.
  package var shortfalls: [String] {
    rows.compactMap { row in
      guard row.rank == nil else { return nil }
      return "\(row.arm.name) has no rank: it \(row.arm.shortfall ?? "has no stop step")."
    }
  }

  private var table: Table {
    Table(
      rows,
      [
        .right("rank") { $0.rank.map(String.init) ?? "-" }, .left("arm", \.arm.name),
        .right("steps") { $0.arm.stop.map { Format.grouped($0.step) } ?? "-" },
        .right("seconds") { $0.seconds.map { Format.fixed($0, 1) } ?? "-" },
        .right("loss there") { row in
          row.loss.map { "\(Format.fixed($0.mean, 4)) (n=\(row.seeds))" } ?? "diverged"
        },
        .right("sd") { $0.loss?.standardDeviation.map { Format.fixed($0, 4) } ?? "-" },
        .right("p") { $0.arm.stop.map { Format.probability($0.probability) } ?? "-" },
        .right("steps / baseline") { $0.isBaseline ? "1" : $0.ratios?.steps.text ?? "-" },
        .right("seconds / baseline") { row in
          guard row.seconds != nil else { return "-" }
          return row.isBaseline ? "1" : row.ratios?.seconds.text ?? "-"
        },
        .right("optimizer") { Format.percent($0.arm.optimizerShare) },
        .code("recipe") { $0.experiment.recipeText(of: $0.arm) },
        .code("commit", \.experiment.record.commitText), .left("date", \.experiment.record.date),
        Table.Column("record") { .link($0.experiment.name, to: $0.experiment.link) },
      ])
  }
}

extension Leaderboard.Row {
  var loss: Verdict.Loss? { arm.stop?.loss ?? arm.finalLoss }

  /// Until the stop step; nil where runs went side by side.
  fileprivate var seconds: Double? {
    experiment.record.ranAlone ? arm.stop?.seconds : nil
  }

  /// The arm and the comparison it is of.
  fileprivate var place: String { "\(arm.name) of \(experiment.name)" }

  /// Every validation loss of every seed.
  fileprivate var losses: [[Double?]] {
    experiment.runs.filter { $0.arm == arm.name }.sorted { $0.seed < $1.seed }
      .map { [Double($0.seed)] + $0.log.validations.map(\.loss) }
  }
}
