import Experiments
import Figures
import Statistics
import Text

/// The ratios of a comparison's arms to its baseline, with their intervals.
enum RatiosFigure {
  static func figure(
    of experiment: FinishedExperiment, _ report: Verdict, colors: ArmColors
  ) -> Figure? {
    let decided = report.verdicts.compactMap { verdict in
      verdict.ratios.map { (arm: verdict.arm, baseline: verdict.baseline, ratios: $0) }
    }
    guard let baseline = decided.first?.baseline else { return nil }
    func panel(
      _ title: String, _ quantity: String, _ ratio: (StopRatios) -> StopRatios.Ratio
    ) -> IntervalPanel {
      IntervalPanel(
        title: title, axis: Axis("\(quantity) over those of \(baseline)"),
        reference: (1, "as many as \(baseline)"),
        rows: decided.map { arm, _, ratios in
          let ratio = ratio(ratios)
          return IntervalPanel.Row(
            name: arm, value: ratio.value, low: ratio.interval.lower, high: ratio.interval.upper,
            color: colors[arm], text: ratio.text)
        })
    }
    return Figure(
      name: "\(experiment.name)-ratios",
      title: "Steps and seconds to the target on \(report.track), relative to \(baseline)",
      caption:
        "Ratios with intervals of \(Format.fixed(100 * report.confidence, 0)) %, by a paired "
        + "bootstrap over \(Format.count(report.seeds.count, "seed")). Left of the dashed line an arm "
        + "needs less than \(baseline).",
      panels: [
        panel("Steps to the target", "steps", \.steps),
        panel("Seconds to the target", "seconds", \.seconds),
      ])
  }
}
