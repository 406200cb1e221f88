import Experiments
import Figures
import Runs
import Statistics
import Text

/// How the recipes were found.
package enum Sweeps: Study {
  static let needs: String? = "a sweep"

  static func section(of experiments: [FinishedExperiment]) -> Section? {
    let sweeps = experiments.sweeps(.search)
    guard !sweeps.isEmpty else { return nil }
    func loss(_ point: Ranking.Point?) -> String {
      point.map { $0.loss.map { Format.fixed($0, 4) } ?? "diverged" } ?? "-"
    }
    let rows = sweeps.flatMap { sweep in
      sweep.ranking.arms.map { (experiment: sweep.experiment, arm: $0) }
    }
    let table = Table(
      rows,
      [
        Table.Column("sweep") { .link($0.experiment.name, to: $0.experiment.link) },
        .left("arm", \.arm.name), .right("trials") { "\($0.arm.trials)" },
        .right("diverged") { "\($0.arm.diverged)" },
        .code("best settings") { $0.arm.best.first?.settings.joined(separator: " ") ?? "" },
        .right("loss") { loss($0.arm.best.first) },
        .right("second best") { loss($0.arm.best.dropFirst().first) },
        .code("at the edge") { row in
          row.arm.edges.map { "\($0.name) = \(Setting.text(of: $0.best))" }
            .joined(separator: ", ")
        },
        .right("training") { Format.duration($0.arm.trainSeconds) },
      ])
    return Section(
      title: "How both arms were tuned",
      paragraphs: [
        "Every arm of a sweep gets as many trials, each a whole schedule. A best value at the edge of "
          + "what was tried may have a better one beyond."
      ],
      tables: [("", table)],
      figures: sweeps.compactMap { figure($0.experiment.name, $0.ranking, $0.trials) })
  }

  /// The losses of a sweep's grids as heat maps.
  private static func figure(
    _ name: String, _ result: Ranking, _ trials: [TrialLine]
  ) -> Figure? {
    let grids = result.arms.flatMap { arm in
      Grid.all(in: trials.filter { $0.arm == arm.name })
    }
    let losses = grids.flatMap { $0.values.joined().compactMap(\.self) }.filter(\.isFinite).sorted()
    guard let best = losses.first, let worst = losses.last else { return nil }
    // A few bad corners would leave one color to all the rest.
    let middle = losses[losses.count / 2]
    let domain = best...max(min(worst, best + 2.5 * (middle - best)), best)
    return Figure(
      name: name, title: "Final loss over pairs of hyperparameters on \(result.track)",
      caption: "Brighter is better, the same colors in every grid; the frame marks the best of its "
        + "grid. Losses from \(Format.fixed(domain.upperBound, 3)) on are equally dark. Every cell is "
        + "a whole schedule, mean over \(Format.count(result.seeds.count, "seed")).",
      panels: grids.map { grid in
        .heatMap(
          "\(grid.arm): \(grid.stage)", columns: (grid.columnKey, grid.columns),
          rows: (grid.rowKey, grid.rows.reversed()), values: grid.values.reversed(),
          domain: domain)
      })
  }

  /// A stage of a sweep that tried every combination of two keys.
  package struct Grid {
    let arm: String
    package let stage: String
    package let columnKey: String
    let rowKey: String
    package let columns: [String]
    let rows: [String]
    /// Of every row, the mean loss for each column; infinite where a run diverged, nil for none.
    package let values: [[Double?]]

    /// The grids among the trials of one arm.
    package static func all(in trials: [TrialLine]) -> [Grid] {
      trials.map(\.stage).unique.compactMap { stage in Grid(trials.filter { $0.stage == stage }) }
    }

    /// Takes the trials of one stage; nil unless exactly two keys vary.
    private init?(_ trials: [TrialLine]) {
      let points = trials.map { trial in
        Dictionary(
          trial.settings.compactMap { try? Setting($0) }.map { ($0.key, $0.value) }
        ) { $1 }
      }
      let varying = Set(points.flatMap(\.keys)).filter { key in
        Set(points.map { $0[key] }).count > 1
      }
      guard varying.count == 2 else { return nil }
      // The learning rate, which matters most, goes from left to right.
      let keys = varying.sorted { a, b in
        (a.hasSuffix("learning_rate") ? 0 : 1, a) < (b.hasSuffix("learning_rate") ? 0 : 1, b)
      }
      func axis(_ key: String) -> [String] {
        Set(points.compactMap { $0[key] }).sorted {
          (Double($0) ?? .infinity, $0) < (Double($1) ?? .infinity, $1)
        }
      }
      let (columns, rows) = (axis(keys[0]), axis(keys[1]))
      values = rows.map { row in
        columns.map { column in
          let losses = zip(points, trials).filter { point, _ in
            point[keys[0]] == column && point[keys[1]] == row
          }.map { $1.outcome == .diverged ? .infinity : $1.finalValLoss ?? .infinity }
          return losses.isEmpty ? nil : Sample(losses).mean
        }
      }
      (arm, stage, columnKey, rowKey) = (trials[0].arm, trials[0].stage, keys[0], keys[1])
      (self.columns, self.rows) = (columns, rows)
    }
  }
}
