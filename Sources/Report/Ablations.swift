import Experiments
import Figures
import Statistics
import Text

/// What each change of a recipe is worth: the arms of a comparison against its first.
package struct Ablations: Study {
  /// One change.
  package struct Row {
    let name: String
    let settings: [String]
    /// The final losses; nil when a run diverged.
    let losses: Sample?
    /// Against the first arm, seed by seed; nil of the first arm itself.
    package let difference: PairedDifference?
    /// The steps of the whole recipe that end at this loss; nil without a study of lengths.
    package let equivalent: LossByLength.Steps?
  }

  private let experiment: FinishedExperiment
  private let reference: String
  package let rows: [Row]
  /// The study that the equivalent steps come from.
  private let lengths: Lengths?

  static let needs: String? = "ablations"

  static func section(of experiments: [FinishedExperiment]) -> Section? {
    let studies = all(in: experiments)
    guard !studies.isEmpty else { return nil }
    let sources = studies.map { study in
      let worth =
        study.lengths.map {
          "worth in steps is the length of a schedule of \(study.reference) that ends at the same "
            + "loss, from \($0.experiment.name)"
        } ?? "no loss can be told in steps, without a comparison of schedule lengths"
      return "In \(study.experiment.name), \(worth)."
    }
    return Section(
      title: "What each change of a recipe is worth: ablations",
      paragraphs: [
        "Differences are paired by seed; p is of a two-sided t-test, one for each arm, not corrected "
          + "for their number."
      ] + sources,
      tables: studies.map { ("\($0.experiment.name):", $0.table) },
      figures: studies.compactMap(\.figure))
  }

  package static func all(in experiments: [FinishedExperiment]) -> [Ablations] {
    let studies = Lengths.all(in: experiments)
    return experiments.comparisons(.ablations).map { experiment, report, runs in
      let first = report.arms.first
      let (lengths, family) =
        studies.lazy.compactMap { study in
          first.flatMap { study.family(like: $0, of: experiment.record) }.map { (study, $0) }
        }.first ?? (nil, nil)
      let rows = report.arms.map { arm in
        let losses = runs.finalLosses(of: arm.name)
        return Row(
          name: arm.name, settings: arm.settings, losses: losses.map { Sample($0) },
          difference: first.flatMap { runs.difference(of: arm.name, to: $0.name) },
          equivalent: losses.flatMap { family?.curve.steps(to: Sample($0).mean) })
      }
      return Ablations(
        experiment: experiment, reference: first?.name ?? "", rows: rows, lengths: lengths)
    }
  }

  private var table: Table {
    Table(
      rows,
      [
        .left("arm", \.name), .code("settings") { $0.settings.joined(separator: " ") },
        .right("final loss") { $0.losses.map { Format.fixed($0.mean, 4) } ?? "diverged" },
        .right("sd") { $0.losses?.standardDeviation.map { Format.fixed($0, 4) } ?? "-" },
        .right("n") { $0.losses.map { "\($0.count)" } ?? "-" },
        .right("difference to \(reference)") { $0.difference.map { Self.signed($0.mean) } ?? "-" },
        .right("95 %") { row in
          row.difference?.interval.map {
            "\(Self.signed($0.lower)) to \($0.upper.map(Self.signed) ?? "?")"
          } ?? "-"
        },
        .right("p") { $0.difference?.probability.map { Format.probability($0) } ?? "-" },
        .right("worth in steps") { $0.equivalent?.text ?? "-" },
      ])
  }

  private var figure: Figure? {
    let changes = rows.compactMap { row -> Panel.Row? in
      row.difference.map { difference in
        let (mean, interval) = (difference.mean, difference.interval)
        let isShown = interval.map { !$0.contains(0) } ?? false
        return (
          row.name, mean, interval ?? ConfidenceInterval(lower: mean, upper: mean),
          isShown ? (mean > 0 ? 1 : 2) : Figure.colors - 1, Self.signed(mean)
        )
      }
    }
    guard !changes.isEmpty else { return nil }
    return Figure(
      name: experiment.name,
      title: "What each change of \(reference) does to its final loss",
      caption: "Differences to \(reference) on the same "
        + "\(Format.count(experiment.record.seeds.count, "seed")), with intervals of 95 % by "
        + "Student's paired t; colored where the interval leaves out 0. Right of the dashed line is "
        + "worse.",
      panels: [
        .intervals(
          "Difference in final loss", axis: Axis("nats per token"),
          reference: (0, reference), rows: changes)
      ])
  }

  /// `+0.0123`.
  private static func signed(_ value: Double) -> String {
    (value < 0 ? "" : "+") + Format.fixed(value, 4)
  }
}
