import Experiments
import Figures
import Text

/// Where Muon's edge begins and ends as batches grow.
enum BatchFigure {
  static func figure(of study: BatchStudy, colors: ArmColors) -> Figure? {
    guard study.sizes.count > 1 else { return nil }
    let x = Axis(
      "tokens in a batch", .logarithmic, ticks: study.sizes.map { Double($0.tokens) })
    func arms(_ title: String, _ label: String, _ value: (BatchStudy.Arm) -> Double?) -> PlotPanel {
      var names: [String] = []
      for arm in study.sizes.flatMap(\.arms) where !names.contains(arm.name) {
        names.append(arm.name)
      }
      let marks = names.flatMap { name in
        dotted(study, color: colors[name], name: name) { size in
          size.arms.first { $0.name == name }.flatMap(value)
        }
      }
      return PlotPanel(title: title, x: x, y: Axis(label, .logarithmic), marks: marks)
    }
    let ratios =
      [.level(1, name: "as adamw")] + dotted(study, color: 0, name: "steps", \.stepsRatio)
      + dotted(study, color: 3, name: "seconds", \.secondsRatio)
      + [
        line(study, color: 3, .dashed, name: "predicted", \.predictedSecondsRatio)
      ].compactMap(\.self)
    func overhead(
      _ stroke: Mark.Stroke, color: Int, name: String,
      _ value: @escaping (NewtonSchulzOverhead, Int) -> Double
    ) -> Mark? {
      line(study, color: color, stroke, name: name) { size in
        size.overhead.map { value($0, size.tokens) }
      }
    }
    let overheads =
      dotted(study, color: 3, name: "measured") { $0.arm("muon")?.time?.overhead }
      + [
        overhead(.solid, color: 0, name: "as computed") { $0.ratio(tokens: $1) },
        overhead(.dashed, color: 0, name: "plain formula") { $0.plainRatio(tokens: $1) },
        overhead(.dashed, color: 6, name: "T d / tokens") { $0.bound(tokens: $1) },
      ].compactMap(\.self)
    let seconds =
      study.isTimed ? [arms("Seconds to the target", "seconds of training", \.seconds)] : []
    return Figure(
      name: "batch-sizes",
      title: "What it takes to the target by the size of the batch, and Muon's share of it",
      caption: caption(study),
      panels: [
        arms("Steps to the target", "steps") { $0.steps.value }
      ] + seconds + [
        PlotPanel(
          title: "Muon over AdamW", x: x, y: Axis("ratio to the target"), marks: ratios),
        PlotPanel(
          title: "What Muon adds to a step", x: x,
          y: Axis("over forward and backward", .logarithmic), marks: overheads),
      ])
  }

  private static func caption(_ study: BatchStudy) -> String {
    let targets = Set(study.sizes.map { Format.fixed($0.target, 3) }).sorted()
    return "Target \(targets.joined(separator: ", ")); learning rates retuned at every size, steps "
      + "interpolated between schedules. The predicted ratio in seconds is that in steps times "
      + "1 + Newton-Schulz operations as computed / operations of forward and backward. T d / tokens "
      + "is Jordan's bound of that overhead by the plain formula, with T = \(study.iterationsText) "
      + "steps and width d." + (study.isTimed ? " Measured is all the time of the optimizer." : "")
  }

  private static func line(
    _ study: BatchStudy, color: Int, _ stroke: Mark.Stroke, name: String,
    _ value: (BatchStudy.Size) -> Double?
  ) -> Mark? {
    let points = points(study, value)
    return points.isEmpty ? nil : .line(points, color: color, stroke: stroke, name: name)
  }

  /// A line with a dot at every size.
  private static func dotted(
    _ study: BatchStudy, color: Int, name: String, _ value: (BatchStudy.Size) -> Double?
  ) -> [Mark] {
    let points = points(study, value)
    guard !points.isEmpty else { return [] }
    return [
      .line(points, color: color, name: name),
      .estimates(points.map { Mark.Estimate($0.x, $0.y, $0.y, $0.y) }, color: color),
    ]
  }

  private static func points(
    _ study: BatchStudy, _ value: (BatchStudy.Size) -> Double?
  ) -> [Mark.Point] {
    study.sizes.compactMap { size in
      value(size).map { Mark.Point(Double(size.tokens), $0) }
    }
  }
}
