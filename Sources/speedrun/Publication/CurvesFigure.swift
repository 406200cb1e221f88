import Experiments
import Figures
import Runs
import Statistics
import Text

/// The losses of a comparison's arms on their way to the target.
enum CurvesFigure {
  static func figure(
    of experiment: FinishedExperiment, _ report: Verdict, _ runs: [FinishedExperiment.Run],
    colors: ArmColors
  ) -> Figure? {
    let arms: [(arm: Verdict.Arm, curves: ArmCurves)] = report.arms.compactMap { arm in
      let own = runs.filter { $0.arm == arm.name }.map {
        (seed: $0.seed, validations: $0.log.validations)
      }
      return own.isEmpty ? nil : (arm, ArmCurves(own))
    }
    guard let window = window(of: arms.map(\.curves), target: report.target) else { return nil }
    func panel(_ title: String, _ label: String, inSeconds: Bool) -> PlotPanel {
      var marks: [Mark] = [.level(report.target, name: "target \(Format.fixed(report.target, 3))")]
      for (arm, curves) in arms {
        let color = colors[arm.name]
        let band = band(of: curves, inSeconds: inSeconds)
        marks.append(.band(band, color: color))
        // An arm is named where it stops, or where its line ends.
        marks.append(
          .line(band.map(\.point), color: color, name: arm.stop == nil ? arm.name : nil))
        if let stop = arm.stop {
          let place = inSeconds ? stop.seconds : Double(stop.step)
          let text =
            inSeconds ? "\(Format.fixed(place, place < 10 ? 1 : 0)) s" : "\(stop.step)"
          marks.append(
            .spot(Mark.Point(place, stop.loss.mean), color: color, name: "\(arm.name) \(text)"))
        }
      }
      let end = marks.flatMap(\.extent).map(\.x).filter(\.isFinite).max() ?? 1
      return PlotPanel(
        title: title, x: Axis(label, domain: 0...end),
        y: Axis("validation loss, nats per token", domain: window), marks: marks)
    }
    let stops = report.arms.compactMap { arm in
      arm.stop.map { "\(arm.name) at step \($0.step) (\(Format.fixed($0.seconds, 1)) s)" }
    }
    return Figure(
      name: "\(experiment.name)-curves",
      title: "Validation loss of \(report.arms.map(\.name).joined(separator: ", ")) on "
        + report.track,
      caption:
        "Mean over \(Format.count(report.seeds.count, "seed")), in a band from the lowest to "
        + "the highest. A dot marks the first step at which the mean is below the target with "
        + "p < \(report.significance)"
        + (stops.isEmpty ? "." : ": \(stops.joined(separator: ", "))."),
      panels: [
        panel("Steps", "training step", inSeconds: false),
        panel("Seconds", "seconds of training", inSeconds: true),
      ])
  }

  /// Mean, least and greatest loss at every validation that all seeds survived.
  private static func band(of curves: ArmCurves, inSeconds: Bool) -> [Mark.Estimate] {
    curves.steps.indices.compactMap { index in
      let losses = curves.losses(at: index)
      guard losses.mean.isFinite, let low = losses.values.min(), let high = losses.values.max()
      else { return nil }
      let place = inSeconds ? curves.seconds(at: index).mean : Double(curves.steps[index])
      return Mark.Estimate(place, losses.mean, low, high)
    }
  }

  /// From below the lowest loss, with room for names, to where the slowest arm is after a quarter of its
  /// schedule: what comes before tells nothing about the target.
  private static func window(of arms: [ArmCurves], target: Double) -> ClosedRange<Double>? {
    let bands = arms.map { band(of: $0, inSeconds: false) }
    guard let low = bands.joined().map(\.low).min() else { return nil }
    let early = bands.compactMap { band in
      band.last.flatMap { last in band.first { $0.point.x >= 0.25 * last.point.x } }?.high
    }
    let high = max(early.max() ?? target, target)
    let span = max(high - min(low, target), 1e-6)
    return (min(low, target) - 0.34 * span)...(high + 0.02 * span)
  }
}
