import Statistics
import Text
import TextTable

extension Tables {
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
