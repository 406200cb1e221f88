import Experiments
import Figures
import Statistics
import Text

/// What each change of a recipe does to the final loss.
enum AblationsFigure {
  static func figure(of study: AblationStudy) -> Figure? {
    guard let reference = study.rows.first else { return nil }
    let changes = study.rows.compactMap { row in
      row.difference.map { (row: row, difference: $0) }
    }
    guard !changes.isEmpty else { return nil }
    let losses = changes.map { row, difference in
      IntervalPanel.Row(
        name: row.name, value: difference.mean,
        low: difference.interval?.lower ?? difference.mean,
        high: difference.interval == nil ? difference.mean : difference.interval?.upper,
        color: color(of: difference), text: AblationTable.signed(difference.mean))
    }
    return Figure(
      name: study.experiment.name,
      title: "What each change of \(reference.name) does to its final loss",
      caption: "Differences to \(reference.name) on the same "
        + "\(Format.count(study.experiment.record.seeds.count, "seed")), with intervals of 95 % by "
        + "Student's paired t; colored where the interval leaves out 0. Right of the dashed line is "
        + "worse.",
      panels: [
        IntervalPanel(
          title: "Difference in final loss", axis: Axis("nats per token"),
          reference: (0, reference.name), rows: losses)
      ])
  }

  private static func color(of difference: PairedDifference) -> Int {
    guard let interval = difference.interval, !interval.contains(0) else {
      return FigureStyle.colors - 1
    }
    return difference.mean > 0 ? 1 : 2
  }
}
