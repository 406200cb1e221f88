import Experiments
import Figures
import Runs
import Statistics
import Text

/// The figures of a comparison: the losses of its arms on their way to the target, and the ratios to its baseline.
enum Curves {
  static func figures(
    of experiments: [FinishedExperiment]
  ) -> [Figure] {
    experiments.comparisons(.leaderboard).flatMap { experiment, report, runs in
      let colors = ArmColors(report.arms.map(\.name))
      return [
        curves(experiment.name, report, runs, colors, experiment.record.ranAlone),
        ratios(experiment.name, report, colors, experiment.record.ranAlone),
      ].compactMap(\.self)
    }
  }

  private static func curves(
    _ name: String, _ report: Verdict, _ runs: [ArmRun], _ colors: ArmColors, _ ranAlone: Bool
  ) -> Figure? {
    let arms: [(arm: Verdict.ArmResult, curves: ArmCurves)] = report.arms.compactMap { arm in
      let own = runs.filter { $0.arm == arm.name }.map {
        (seed: $0.seed, validations: $0.log.withoutPauses($0.log.curve))
      }
      return own.isEmpty ? nil : (arm, ArmCurves(own))
    }
    guard let window = window(of: arms.map(\.curves), target: report.target) else { return nil }
    // Names at the places where arms stop would lie on each other if there were many.
    let isCrowded = arms.count > 4
    func panel(_ title: String, _ label: String, inSeconds: Bool) -> Panel {
      var marks: [Mark] = [.level(report.target, name: "target \(Format.fixed(report.target, 3))")]
      for (arm, curves) in arms {
        let color = colors[arm.name]
        let band = band(of: curves, inSeconds: inSeconds)
        marks.append(.band(band, color: color))
        // An arm is named where it stops, or where its line ends.
        let place = arm.stop.map { stop in
          inSeconds
            ? " \(Format.fixed(stop.seconds, stop.seconds < 10 ? 1 : 0)) s" : " \(stop.step)"
        }
        let name = arm.name + (place ?? "")
        let isNamedAtItsEnd = isCrowded || place == nil
        marks.append(
          .line(band.map { ($0.x, $0.y) }, color: color, name: isNamedAtItsEnd ? name : nil))
        if let stop = arm.stop {
          marks.append(
            .spot(
              (inSeconds ? stop.seconds : Double(stop.step), stop.loss.mean), color: color,
              name: isNamedAtItsEnd ? "" : name))
        }
      }
      let end = marks.flatMap(\.extent).map(\.x).filter(\.isFinite).max() ?? 1
      return .plot(
        title, x: Axis(label, domain: 0...end),
        y: Axis("validation loss, nats per token", domain: window), marks: marks)
    }
    let stops = report.arms.compactMap { arm in
      arm.stop.map { stop in
        "\(arm.name) at step \(stop.step)"
          + (ranAlone ? " (\(Format.fixed(stop.seconds, 1)) s)" : "")
      }
    }
    return Figure(
      name: "\(name)-curves",
      title: "Validation loss of \(report.arms.map(\.name).joined(separator: ", ")) on "
        + report.track,
      caption:
        "Mean over \(Format.count(report.seeds.count, "seed")), in a band from the lowest to "
        + "the highest. A dot marks the first step at which the mean is below the target with "
        + "p < \(report.significance)"
        + (stops.isEmpty ? "." : ": \(stops.joined(separator: ", "))."),
      panels: [panel("Steps", "training step", inSeconds: false)]
        + (ranAlone ? [panel("Seconds", "seconds of training", inSeconds: true)] : []))
  }

  /// Mean, least and greatest loss at every validation that all seeds survived.
  static func band(of curves: ArmCurves, inSeconds: Bool) -> [Mark.Estimate] {
    curves.steps.indices.compactMap { index in
      let losses = curves.losses(at: index)
      guard losses.mean.isFinite else { return nil }
      return losses.estimate(
        at: inSeconds ? curves.seconds(at: index).mean : Double(curves.steps[index]))
    }
  }

  /// From below the lowest loss, with room for names, to where the slowest arm is after a quarter of its
  /// schedule: what comes before tells nothing about the target.
  static func window(of arms: [ArmCurves], target: Double) -> ClosedRange<Double>? {
    let bands = arms.map { band(of: $0, inSeconds: false) }
    guard let low = bands.joined().map(\.low).min() else { return nil }
    let early = bands.compactMap { band in
      band.last.flatMap { last in band.first { $0.x >= 0.25 * last.x } }?.high
    }
    let high = max(early.max() ?? target, target)
    let span = max(high - min(low, target), 1e-6)
    return (min(low, target) - 0.34 * span)...(high + 0.02 * span)
  }

  private static func ratios(
    _ name: String, _ report: Verdict, _ colors: ArmColors, _ ranAlone: Bool
  ) -> Figure? {
    let decided = report.verdicts.compactMap { verdict in
      verdict.ratios.map { (arm: verdict.arm, baseline: verdict.baseline, ratios: $0) }
    }
    guard let baseline = decided.first?.baseline else { return nil }
    func panel(_ title: String, _ quantity: String, _ ratio: (StopRatios) -> StopRatios.Ratio)
      -> Panel
    {
      .intervals(
        title, axis: Axis("\(quantity) over those of \(baseline)"),
        reference: (1, "as many as \(baseline)"),
        rows: decided.map { arm, _, ratios in
          let ratio = ratio(ratios)
          return (arm, ratio.value, ratio.interval, colors[arm], ratio.text)
        })
    }
    return Figure(
      name: "\(name)-ratios",
      title:
        "Steps\(ranAlone ? " and seconds" : "") to the target on \(report.track), relative to \(baseline)",
      caption:
        "Ratios with intervals of \(Format.fixed(100 * report.confidence, 0)) %, by a paired "
        + "bootstrap over \(Format.count(report.seeds.count, "seed")). Left of the dashed line an arm "
        + "needs less than \(baseline).",
      panels: [panel("Steps to the target", "steps", \.steps)]
        + (ranAlone ? [panel("Seconds to the target", "seconds", \.seconds)] : []))
  }
}

/// Which color an arm has in the figures of a record.
struct ArmColors {
  private let names: [String]

  /// Muon and AdamW have the first two, in every record; other arms get theirs by their place in this one.
  init(_ names: [String]) { self.names = (["muon", "adamw"] + names).unique }

  subscript(name: String) -> Int { names.firstIndex(of: name) ?? Figure.colors - 1 }
}

extension Sample {
  /// The mean with the least and the greatest value, for a figure.
  func estimate(at x: Double) -> Mark.Estimate {
    (x, mean, values.min() ?? mean, values.max() ?? mean)
  }
}
