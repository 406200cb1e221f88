import Autograd
import Muon
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

  /// The arms of a comparison side by side.
  static func arms(of report: ComparisonReport) -> String {
    func row(_ name: String, _ value: (ComparisonReport.Arm) -> String?) -> [String] {
      [name] + report.arms.map { value($0) ?? "-" }
    }
    func mean(_ loss: ComparisonReport.Loss?) -> String? {
      loss.map { loss in
        let half = loss.interval?.upper.map { " ± \(Format.fixed($0 - loss.mean, 4))" }
        return Format.fixed(loss.mean, 4) + (half ?? "")
      }
    }
    func deviation(_ loss: ComparisonReport.Loss?) -> String? {
      loss?.standardDeviation.map { Format.fixed($0, 4) }
    }
    let rows = [
      row("seeds") { _ in String(report.seeds.count) },
      row("steps of the schedule") { String($0.steps) },
      row("tokens") { Format.grouped($0.tokens) },
      row("training time") { Format.duration($0.trainSeconds) },
      row("optimizer's share") { Format.percent($0.optimizerShare) },
      row("final loss ± 95 %") { mean($0.finalLoss) },
      row("  standard deviation") { deviation($0.finalLoss) },
      row("stop step") { $0.stop.map { String($0.step) } },
      row("tokens until then") { $0.stop.map { Format.grouped($0.tokens) } },
      row("time until then") { $0.stop.map { Format.duration($0.seconds) } },
      row("loss there ± 95 %") { mean($0.stop?.loss) },
      row("  standard deviation") { deviation($0.stop?.loss) },
      row("p of a mean so low") { $0.stop.map { Format.probability($0.probability) } },
    ]
    let table = TextTable<[String]> { row in
      [Column(title: "arm", value: row[0])]
        + zip(report.arms, row.dropFirst()).map { arm, value in
          Column(title: arm.name, value: value, align: .right)
        }
    }
    return table.string(for: rows, style: Style.simple).trimmedLines
  }
}

extension String? {
  /// The lines without blanks at their ends.
  fileprivate var trimmedLines: String {
    (self ?? "").split(separator: "\n").map { line in
      String(line.reversed().drop { $0 == " " }.reversed())
    }.joined(separator: "\n")
  }
}
