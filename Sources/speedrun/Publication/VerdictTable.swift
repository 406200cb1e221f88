import Autograd
import Experiments
import Text

/// The comparison with the most runs at a glance, a column for each of its arms.
enum VerdictTable {
  /// Nil without a comparison.
  static func table(of experiments: [FinishedExperiment]) -> ResultTable? {
    let comparisons = experiments.comparisons(.leaderboard)
    // The first of equals.
    guard let first = comparisons.first else { return nil }
    let (_, report, _) = comparisons.dropFirst().reduce(first) {
      $1.runs.count > $0.runs.count ? $1 : $0
    }
    func row(
      _ title: String, _ text: (Verdict.Arm) -> String?
    ) -> [ResultTable.Cell] {
      [.text(title)] + report.arms.map { .text(text($0) ?? "-") }
    }
    func ratio(_ title: String, _ part: (StopRatios) -> StopRatios.Ratio) -> [ResultTable.Cell] {
      row(title) { arm in
        if arm.name == report.arms.first?.name { return "1" }
        return report.verdicts.first { $0.arm == arm.name }?.ratios.map { part($0).text }
      }
    }
    let confidence = "\(Format.fixed(100 * report.confidence, 0)) %"
    return ResultTable(
      [.init(heading(of: report))] + report.arms.map { .right($0.name) },
      [
        row("steps until the mean is below the target, p < \(report.significance)") { arm in
          arm.stop.map { Format.grouped($0.step) }
        },
        ratio("ratio of steps, \(confidence)", \.steps),
        row("seconds until then") { arm in arm.stop.map { Format.fixed($0.seconds, 1) } },
        ratio("ratio of seconds, \(confidence)", \.seconds),
        row("the optimizer's share of the time") { Format.percent($0.optimizerShare) },
      ])
  }

  private static func heading(of report: Verdict) -> String {
    "on \(report.track), target \(Format.fixed(report.target, 2)), \(report.precision.rawValue), "
      + Format.count(report.seeds.count, "seed")
  }
}
