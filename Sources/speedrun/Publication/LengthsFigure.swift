import Experiments
import Figures
import Statistics
import Text

/// The final loss by the length of the schedule, and how far apart the optimizers are at the target.
enum LengthsFigure {
  static func figure(of study: LengthStudy, colors: ArmColors) -> Figure? {
    guard study.families.contains(where: { $0.points.count > 1 }) else { return nil }
    let gap = Gap(study)
    var marks: [Mark] = [.level(study.target, name: "target \(Format.fixed(study.target, 3))")]
    for family in study.families {
      let color = colors[family.name]
      let estimates = family.points.map { point in
        let losses = point.losses.values
        return Mark.Estimate(
          Double(point.steps), point.losses.mean,
          losses.min() ?? point.losses.mean, losses.max() ?? point.losses.mean)
      }
      marks.append(.line(estimates.map(\.point), color: color, name: family.name))
      marks.append(.estimates(estimates, color: color))
    }
    if let gap {
      marks.append(
        .gap(
          from: gap.baselineSteps, to: gap.otherSteps,
          level: study.target, name: "x \(Format.fixed(gap.stepsRatio, 2))"))
    }
    return Figure(
      name: study.experiment.name,
      title: "Final loss by the length of the schedule, "
        + study.families.map(\.name).joined(separator: " and "),
      caption: caption(study, gap),
      panels: [
        PlotPanel(
          title: "By steps", x: Axis("steps of the whole schedule", .logarithmic),
          y: Axis("final loss, nats per token"), marks: marks)
      ])
  }

  private static func caption(_ study: LengthStudy, _ gap: Gap?) -> String {
    let base =
      "Every point is a schedule of its own: mean over "
      + "\(Format.count(study.experiment.record.seeds.count, "seed")), bar from the lowest to the "
      + "highest."
    guard let gap else { return base + " No two curves cross the target." }
    return base
      + " The arrow is the distance at the target: \(gap.other.name) needs "
      + "\(Format.fixed(gap.otherSteps, 0)) steps where \(gap.baseline.name) needs "
      + "\(Format.fixed(gap.baselineSteps, 0)), \(Format.fixed(gap.stepsRatio, 2)) of them."
  }

  /// The distance of the fastest family from AdamW's, or from the slowest, at the target.
  struct Gap {
    let baseline: LengthStudy.Family
    let baselineSteps: Double
    let other: LengthStudy.Family
    let otherSteps: Double

    init?(_ study: LengthStudy) {
      let reached = study.families.compactMap { family in
        family.steps(to: study.target).value.map { (family: family, steps: $0) }
      }.sorted { $0.steps < $1.steps }
      guard let slow = reached.first(where: { $0.family.optimizer == "adamw" }) ?? reached.last,
        let fast = reached.first(where: { $0.family.name != slow.family.name })
      else { return nil }
      (baseline, baselineSteps) = slow
      (other, otherSteps) = fast
    }

    var stepsRatio: Double { otherSteps / baselineSteps }
  }
}
