import Autograd
import Experiments
import Figures
import Muon
import NanoGPT
import Runs
import Statistics
import Text

/// How large updates are, by the shape of the matrix: what a scale of Muon is for.
///
/// An orthogonal update of a `rows x columns` matrix has elements of `1 / sqrt(max(rows, columns))` in the root mean square.
/// Moonlight multiplies that by `0.2 sqrt(max(rows, columns))`, so that all matrices move as much as AdamW moves them.
enum UpdateSizes: Study {
  static let needs: String? = nil

  /// The updates of one shape of matrix by one arm, relative to the learning rate.
  struct Entry {
    let arm: String
    let shape: Shape
    let matrices: Int
    /// Over matrices, looks and seeds, ascending.
    let ratios: [Double]

    var median: Double { ratios.median ?? .nan }
  }

  static func section(of experiments: [FinishedExperiment]) -> Section? {
    let studies = experiments.compactMap { experiment in
      let entries = entries(of: experiment)
      return entries.isEmpty ? nil : (experiment: experiment, entries: entries)
    }
    guard !studies.isEmpty else { return nil }
    return Section(
      title: "How large an update is, by the shape of the matrix",
      paragraphs: [
        "The root mean square of an update's elements, divided by the learning rate of its step: the median over "
          + "matrices, looks and seeds, and in brackets the least and the greatest. Warm-up and the first look, at "
          + "weights of zero, are left out. Moonlight reports 0.2 to 0.4 for AdamW, and scales Muon to 0.2."
      ],
      tables: studies.map { ("\($0.experiment.name):", table($0.entries)) },
      figures: studies.map { figure($0.entries, of: $0.experiment) })
  }

  /// One for each arm and shape, of the runs whose logs have diagnostics.
  static func entries(of experiment: FinishedExperiment) -> [Entry] {
    experiment.runs.map(\.arm).unique.flatMap { arm -> [Entry] in
      let runs = experiment.runs.filter { $0.arm == arm && !$0.log.diagnostics.isEmpty }
      guard let plan = runs.first?.log.plan else { return [] }
      let model = plan.model(in: ParameterScope(seed: 0))
      let routers = Set(model.routers.map(\.weight.name))
      let matrices = model.hiddenMatrices.filter {
        $0.shape.count > 1 && !routers.contains($0.name)
      }
      return matrices.map(\.shape).unique.compactMap { shape in
        let own = Set(matrices.filter { $0.shape == shape }.map(\.name))
        let ratios = runs.flatMap { Self.ratios(of: own, in: $0.log) }.sorted()
        return ratios.isEmpty
          ? nil : Entry(arm: arm, shape: shape, matrices: own.count, ratios: ratios)
      }
    }
  }

  private static func ratios(of matrices: Set<String>, in log: RunLog) -> [Double] {
    let (plan, schedule) = (log.plan, log.plan.recipe.schedule)
    return log.diagnostics.compactMap { event in
      guard matrices.contains(event.matrix), event.step > schedule.warmupSteps,
        let size = event.updateRMS, size > 0
      else { return nil }
      let factor = schedule.factor(at: TrainingProgress(event.step, of: plan.steps))
      let rate = factor * plan.recipe.hidden.rule.learningRate
      return rate > 0 ? Double(size) / rate : nil
    }
  }

  private static func table(_ entries: [Entry]) -> Table {
    let arms = entries.map(\.arm).unique
    return Table(
      entries.map(\.shape).unique,
      [
        .left("shape") { "\($0)" },
        .right("matrices") { shape in
          entries.first { $0.shape == shape }.map { "\($0.matrices)" } ?? "-"
        },
      ]
        + arms.map { arm in
          .right(arm) { shape in
            entries.first { $0.arm == arm && $0.shape == shape }.map(text) ?? "-"
          }
        })
  }

  /// `0.200 (0.195-0.204)`.
  private static func text(_ entry: Entry) -> String {
    let ends = [entry.ratios[0], entry.ratios[entry.ratios.count - 1]]
      .map { Format.significant($0, 2) }
    return "\(Format.significant(entry.median, 3)) (\(ends[0])-\(ends[1]))"
  }

  private static func figure(_ entries: [Entry], of experiment: FinishedExperiment) -> Figure {
    let colors = ArmColors(entries.map(\.arm))
    let rows = entries.map { entry -> Panel.Row in
      (
        "\(entry.arm), \(entry.shape)", entry.median,
        ConfidenceInterval(lower: entry.ratios[0], upper: entry.ratios[entry.ratios.count - 1]),
        colors[entry.arm], Format.significant(entry.median, 2)
      )
    }
    return Figure(
      name: "\(experiment.name)-update-sizes",
      title: "Size of an update by optimizer and shape of the matrix, over the learning rate",
      caption:
        "Root mean square of the elements' changes over the learning rate: median, and from the least to "
        + "the greatest of all matrices, looks and seeds. The dashed line is what Moonlight scales Muon to.",
      panels: [
        .intervals(
          "Update, over the learning rate", axis: Axis("root mean square / rate", .logarithmic),
          reference: (0.2, "0.2"), rows: rows)
      ])
  }
}
