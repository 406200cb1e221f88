import Autograd
import Experiments
import Figures
import Runs
import Statistics
import Text

/// The losses of a sweep's grids as heat maps.
enum SweepFigure {
  static func figure(
    of experiment: FinishedExperiment, _ result: Ranking, _ lines: [TrialLine]
  ) -> Figure? {
    let grids = result.arms.flatMap { arm in
      SweepGrid.grids(of: lines.filter { $0.arm == arm.name })
    }
    let losses = grids.flatMap { $0.values.joined().compactMap(\.self) }.filter(\.isFinite).sorted()
    guard let best = losses.first, let worst = losses.last else { return nil }
    // A few bad corners would leave one color to all the rest.
    let middle = losses[losses.count / 2]
    let domain = best...max(min(worst, best + 2.5 * (middle - best)), best)
    return Figure(
      name: experiment.name,
      title: "Final loss over pairs of hyperparameters on \(result.track)",
      caption: "Brighter is better, the same colors in every grid; the frame marks the best of its "
        + "grid. Losses from \(Format.fixed(domain.upperBound, 3)) on are equally dark. Every cell is "
        + "a whole schedule, mean over \(Format.count(result.seeds.count, "seed")).",
      panels: grids.map { grid in
        HeatMapPanel(
          title: "\(grid.arm): \(grid.stage)", columnKey: grid.columnKey, rowKey: grid.rowKey,
          columns: grid.columns.map(\.text), rows: grid.rows.reversed().map(\.text),
          values: grid.values.reversed(), domain: domain)
      })
  }
}

/// A stage of a sweep that tried every combination of two keys.
package struct SweepGrid {
  /// A value of a key, as text and as what it is ordered by.
  package struct Value: Hashable {
    package let text: String
    let number: Double?

    fileprivate init(_ text: String) { (self.text, number) = (text, Double(text)) }
  }

  package let arm: String
  package let stage: String
  package let columnKey: String
  package let rowKey: String
  package let columns: [Value]
  package let rows: [Value]
  /// Of every row, the mean loss for each column; infinite where a run diverged, nil for none.
  package let values: [[Double?]]

  /// The grids among the trials of one arm.
  package static func grids(of lines: [TrialLine]) -> [SweepGrid] {
    var stages: [String] = []
    for line in lines where !stages.contains(line.stage) { stages.append(line.stage) }
    return stages.compactMap { stage in SweepGrid(lines.filter { $0.stage == stage }) }
  }

  /// Takes the trials of one stage; nil unless exactly two keys vary.
  private init?(_ lines: [TrialLine]) {
    guard let first = lines.first else { return nil }
    let settings = lines.map { $0.settings.compactMap { try? Setting($0) } }
    func value(_ key: String, _ index: Int) -> Value? {
      settings[index].last { $0.key == key }.map { Value($0.value) }
    }
    let keys = Set(settings.joined().map(\.key)).sorted()
    let varying = keys.filter { key in Set(lines.indices.map { value(key, $0) }).count > 1 }
    guard varying.count == 2 else { return nil }
    // The learning rate, which matters most, goes from left to right.
    let ordered = varying.sorted { a, b in
      (a.hasSuffix("learning_rate") ? 0 : 1, a) < (b.hasSuffix("learning_rate") ? 0 : 1, b)
    }
    (arm, stage, columnKey, rowKey) = (first.arm, first.stage, ordered[0], ordered[1])
    let places = lines.indices.map { (value(ordered[0], $0), value(ordered[1], $0)) }
    func axis(_ values: [Value?]) -> [Value] {
      Set(values.compactMap(\.self)).sorted {
        ($0.number ?? .infinity, $0.text) < ($1.number ?? .infinity, $1.text)
      }
    }
    let (columns, rows) = (axis(places.map(\.0)), axis(places.map(\.1)))
    values = rows.map { row in
      columns.map { column in
        let losses = lines.indices.filter { places[$0] == (column, row) }.map { index in
          lines[index].outcome == .diverged ? .infinity : lines[index].finalValLoss ?? .infinity
        }
        return losses.isEmpty ? nil : Sample(losses).mean
      }
    }
    (self.columns, self.rows) = (columns, rows)
  }
}
