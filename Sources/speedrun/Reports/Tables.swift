import Autograd
import Experiments
import Muon
import Runs
import Text
import TextTable

/// What is printed in rows and columns.
enum Tables {
  /// The table printed before a run: each parameter, and the rule that updates it.
  static func routing(_ routes: [Route]) -> String {
    let table = TextTable<Route> { route in
      [
        Column(title: "parameter", value: route.parameter),
        Column(title: "shape", value: "\(route.shape)"),
        Column(title: "elements", value: Format.grouped(route.shape.count), align: .right),
        Column(title: "group", value: route.group),
        Column(title: "rule", value: route.rule),
        Column(title: "learning rate", value: "\(route.learningRate)", align: .right),
        Column(title: "decay", value: "\(route.weightDecay)", align: .right),
        Column(title: "scale", value: Format.fixed(route.scaleFactor, 3), align: .right),
      ]
    }
    let total = routes.reduce(0) { $0 + $1.shape.count }
    return table.string(for: routes, style: Style.simple).trimmedLines
      + "\n\(Format.grouped(total)) elements in \(routes.count) parameters"
  }

  /// A row per part of a step: median, least and greatest duration in milliseconds.
  static func durations(_ rows: [(part: String, milliseconds: [Double])]) -> String {
    let table = TextTable<(part: String, milliseconds: [Double])> { row in
      [Column(title: "milliseconds", value: row.part)]
        + zip(["median", "min", "max"], row.milliseconds).map { title, value in
          Column(title: title, value: Format.fixed(value, 1), align: .right)
        }
    }
    return table.string(for: rows, style: Style.simple).trimmedLines
  }

  /// Where the time of a step goes, beside what is left over.
  static func parts(of split: StepSplit, peak: Double) -> String {
    let table = TextTable<StepSplit.Part> { part in
      let rate = part.gigaflopsPerSecond
      return [
        Column(title: "part", value: part.name),
        Column(title: "ms", value: Format.fixed(part.milliseconds, 1), align: .right),
        Column(title: "share", value: Format.percent(part.share), align: .right),
        Column(
          title: "GFLOP/s", value: rate.map { Format.fixed($0, 0) } ?? "", align: .right),
        Column(
          title: "of peak", value: rate.map { Format.percent($0 / peak) } ?? "", align: .right),
      ]
    }
    let rest = StepSplit.Part(
      name: "waiting and the rest", milliseconds: split.stepMilliseconds * (1 - split.coverage),
      share: 1 - split.coverage)
    return table.string(for: split.parts + [rest], style: Style.simple).trimmedLines
  }

  /// Two benchmarks side by side.
  static func comparison(_ comparison: BenchmarkComparison) -> String {
    let table = TextTable<BenchmarkComparison.Row> { row in
      [
        Column(title: "milliseconds", value: row.name),
        Column(title: "then", value: Format.fixed(row.before, 1), align: .right),
        Column(title: "now", value: Format.fixed(row.now, 1), align: .right),
        Column(title: "ratio", value: Format.fixed(row.ratio, 3), align: .right),
      ]
    }
    return table.string(for: comparison.rows, style: Style.simple).trimmedLines
  }

  /// The best points of a sweep's arm: their losses, and the keys that were searched.
  static func ranking(of arm: Ranking.Arm) -> String {
    let table = TextTable<Ranking.Point> { point in
      let steps = point.stepsToTarget.map { $0.map(String.init) ?? "-" }.joined(separator: " ")
      let settings = point.settings.compactMap { try? Setting($0) }
      return [
        Column(
          title: "loss", value: point.loss.map { Format.fixed($0, 4) } ?? "diverged", align: .right)
      ]
        + arm.keys.map { key in
          Column(
            title: key, value: settings.last { $0.key == key }?.value ?? "", align: .right)
        } + [
          Column(title: "stage", value: point.stage),
          Column(title: "steps to target", value: steps, align: .right),
          Column(title: "seconds", value: Format.fixed(point.trainSeconds, 1), align: .right),
        ]
    }
    return table.string(for: arm.best, style: Style.simple).trimmedLines
  }
}

extension String? {
  /// The lines without blanks at their ends.
  var trimmedLines: String {
    (self ?? "").split(separator: "\n").map { line in
      String(line.reversed().drop { $0 == " " }.reversed())
    }.joined(separator: "\n")
  }
}
