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
    package let arm: Verdict.Arm
    let ratios: StopRatios?
    let isBaseline: Bool
    let seeds: Int
    let experiment: FinishedExperiment
  }

  let course: Course
  /// The ranked rows first: fewest steps, then fewest seconds.
  package let rows: [Row]

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
      paragraphs: boards.flatMap(\.shortfalls)
        + comparisons.flatMap { $0.report.warnings.map { "Warning: \($0)." } },
      tables: boards.map { ("\($0.course.text):", $0.table) },
      figures: Curves.figures(of: experiments))
  }

  /// A leaderboard for every course, the one with the most runs first.
  package static func all(in experiments: [FinishedExperiment]) -> [Leaderboard] {
    var rows: [Course: [Row]] = [:]
    for (experiment, report, _) in experiments.comparisons(.leaderboard) {
      let course = Course(
        track: report.track, target: report.target, precision: report.precision.rawValue)
      for (index, arm) in report.arms.enumerated() {
        rows[course, default: []].append(
          Row(
            arm: arm, ratios: report.verdicts.first { $0.arm == arm.name }?.ratios,
            isBaseline: index == 0, seeds: report.seeds.count, experiment: experiment))
      }
    }
    return rows.map { Leaderboard(course: $0, unranked: $1) }.sorted {
      let (a, b) = ($0, $1)
      func runs(_ board: Leaderboard) -> Int { board.rows.reduce(0) { $0 + $1.seeds } }
      return runs(a) != runs(b) ? runs(a) > runs(b) : a.course.text < b.course.text
    }
  }

  private init(course: Course, unranked rows: [Row]) {
    self.course = course
    let stopped = rows.filter { $0.arm.stop != nil }.enumerated().sorted { a, b in
      func key(_ row: (offset: Int, element: Row)) -> (Int, Double, Int) {
        (row.element.arm.stop?.step ?? 0, row.element.arm.stop?.seconds ?? 0, row.offset)
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
        .right("seconds") { $0.arm.stop.map { Format.fixed($0.seconds, 1) } ?? "-" },
        .right("loss there") { row in
          row.loss.map { "\(Format.fixed($0.mean, 4)) (n=\(row.seeds))" } ?? "diverged"
        },
        .right("sd") { $0.loss?.standardDeviation.map { Format.fixed($0, 4) } ?? "-" },
        .right("p") { $0.arm.stop.map { Format.probability($0.probability) } ?? "-" },
        .right("steps / baseline") { $0.isBaseline ? "1" : $0.ratios?.steps.text ?? "-" },
        .right("seconds / baseline") { $0.isBaseline ? "1" : $0.ratios?.seconds.text ?? "-" },
        .right("optimizer") { Format.percent($0.arm.optimizerShare) },
        .left("precision", \.experiment.record.precision.rawValue), .code("recipe", \.recipe),
        .code("commit", \.experiment.record.commitText), .left("date", \.experiment.record.date),
        Table.Column("record") { .link($0.experiment.name, to: "records/\($0.experiment.name)") },
      ])
  }
}

extension Leaderboard.Row {
  var loss: Verdict.Loss? { arm.stop?.loss ?? arm.finalLoss }

  var recipe: String {
    guard case .comparison(_, let runs) = experiment.finding,
      let run = runs.first(where: { $0.arm == arm.name })
    else { return arm.optimizer }
    return run.record.configuration.recipeText
  }
}

extension Leaderboard {
  /// What may be said of every arm against the baseline, a sentence or two for each.
  static func verdicts(of experiments: [FinishedExperiment]) -> [String] {
    experiments.comparisons(.leaderboard).flatMap { _, report, _ in
      report.verdicts.map { verdict in
        let lines = report.sentences(for: verdict).map { $0.trimmingPrefix(while: { $0 == " " }) }
        return lines.dropFirst().reduce("On \(report.track), \(lines[0])") { text, line in
          text + (text.hasSuffix(":") ? " " : "; ") + line
        } + "."
      }
    }
  }

  /// The comparison with the most runs at a glance, a column for each of its arms.
  static func verdictTable(of experiments: [FinishedExperiment]) -> Table? {
    let comparisons = experiments.comparisons(.leaderboard)
    // The first of equals.
    guard let first = comparisons.first else { return nil }
    let (_, report, _) = comparisons.dropFirst().reduce(first) {
      $1.runs.count > $0.runs.count ? $1 : $0
    }
    typealias Row = (title: String, text: (Verdict.Arm) -> String?)
    func ratio(_ title: String, _ part: @escaping (StopRatios) -> StopRatios.Ratio) -> Row {
      let confidence = "\(Format.fixed(100 * report.confidence, 0)) %"
      return (
        "ratio of \(title), \(confidence)",
        { arm in
          if arm.name == report.arms.first?.name { return "1" }
          return report.verdicts.first { $0.arm == arm.name }?.ratios.map { part($0).text }
        }
      )
    }
    let heading =
      "on \(report.track), target \(Format.fixed(report.target, 2)), \(report.precision.rawValue), "
      + Format.count(report.seeds.count, "seed")
    let rows: [Row] = [
      (
        "steps until the mean is below the target, p < \(report.significance)",
        {
          $0.stop.map { Format.grouped($0.step) }
        }
      ),
      ratio("steps", \.steps),
      ("seconds until then", { $0.stop.map { Format.fixed($0.seconds, 1) } }),
      ratio("seconds", \.seconds),
      ("the optimizer's share of the time", { Format.percent($0.optimizerShare) }),
    ]
    return Table(
      rows,
      [.left(heading, \.title)]
        + report.arms.map { arm in .right(arm.name) { $0.text(arm) ?? "-" } })
  }
}
