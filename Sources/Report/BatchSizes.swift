import Autograd
import Experiments
import Figures
import Muon
import NanoGPT
import Runs
import Statistics
import Text

/// Steps and seconds to a loss by the size of the batch, and what Newton-Schulz adds to a step: a sweep for each
/// size.
package struct BatchSizes: Study {
  /// What one arm took at one size.
  package struct Entry {
    let name: String
    let rule: String
    /// The best of what was searched, but for the number of steps; with a star at the end of what was tried.
    package let settings: [String]
    package let steps: LossByLength.Steps
    /// Medians over its trials, as one may have been disturbed; nil unless nothing ran beside them.
    let time: (secondsPerStep: Double, optimizerShare: Double)?
    /// Nil of another rule than Muon.
    package let newtonSchulz: NewtonSchulzCost?

    /// The training time to the target.
    package var seconds: Double? {
      steps.value.flatMap { steps in time.map { steps * $0.secondsPerStep } }
    }

    /// The optimizer's time over that of forward and backward.
    package var overhead: Double? { time.map { $0.optimizerShare / (1 - $0.optimizerShare) } }
  }

  /// One size.
  package struct Size {
    let name: String
    let link: String
    let record: ExperimentRecord
    package let arms: [Entry]

    package var tokens: Int { record.track.batch * record.track.model.context }

    package func arm(_ rule: String) -> Entry? { arms.first { $0.rule == rule } }

    /// Muon's over AdamW's.
    package func ratio(_ value: (Entry) -> Double?) -> Double? {
      guard let muon = arm("muon").flatMap(value), let adamw = arm("adamw").flatMap(value) else {
        return nil
      }
      return muon / adamw
    }
  }

  /// Ascending by tokens.
  package let sizes: [Size]

  /// Whether the seconds of every size are a result.
  package var isTimed: Bool { sizes.allSatisfy { $0.arms.allSatisfy { $0.time != nil } } }

  static let needs: String? = "a study of batch sizes"

  static func section(of experiments: [FinishedExperiment]) -> Section? {
    let study = BatchSizes(experiments)
    return study.sizes.isEmpty
      ? nil
      : Section(
        title: "Where the edge begins and ends: batch sizes",
        paragraphs: [study.sentences.joined(separator: " ")], tables: [("", study.table)],
        figures: [study.figure].compactMap(\.self))
  }

  package init(_ experiments: [FinishedExperiment]) {
    sizes = experiments.sweeps(.batch).map { experiment, result, trials in
      Size(
        name: experiment.name, link: experiment.link, record: experiment.record,
        arms: result.arms.compactMap { arm in
          Entry(arm, trials.filter { $0.arm == arm.name }, experiment)
        })
    }.sorted { ($0.tokens, $0.name) < ($1.tokens, $1.name) }
  }

  /// A row for every arm at every size of the batch.
  package var table: Table {
    typealias Column = Table.Column<(size: Size, arm: Entry)>
    func ratio(_ title: String, _ value: @escaping (Entry) -> Double?) -> Column {
      .right("Muon / AdamW, \(title)") { size, arm in
        arm.rule == "muon" ? size.ratio(value).map { Format.fixed($0, 2) } ?? "-" : ""
      }
    }
    func share(_ title: String, _ value: @escaping (NewtonSchulzCost) -> Double) -> Column {
      .right(title) { $0.arm.newtonSchulz.map { Format.percent(value($0)) } ?? "" }
    }
    let counted: [Column] = [
      .right("tokens a step") { Format.grouped($0.size.tokens) }, .left("arm", \.arm.name),
      .code("best") { $0.arm.settings.joined(separator: " ") },
      .right("steps to target", \.arm.steps.text), ratio("steps", \.steps.value),
      share("Newton-Schulz, as computed", \.ratio),
      share("Newton-Schulz, plain formula", \.plainRatio), share("T d / tokens", \.bound),
    ]
    let timed: [Column] = [
      .right("optimizer, measured") { $0.arm.overhead.map { Format.percent($0) } ?? "-" },
      .right("seconds to target") { $0.arm.seconds.map { Format.fixed($0, 1) } ?? "-" },
      ratio("seconds", \.seconds),
    ]
    return Table(
      sizes.flatMap { size in size.arms.map { (size, $0) } },
      counted + (isTimed ? timed : [])
        + [Column("record") { .link($0.size.name, to: $0.size.link) }])
  }

  /// What the columns mean, and what they do not show.
  package var sentences: [String] {
    let seeds = Set(sizes.map(\.record.seeds.count)).sorted().map(String.init)
    let costs = sizes.flatMap { size in
      size.arms.compactMap { arm in arm.newtonSchulz.map { (size.record.precision, $0) } }
    }
    let isMixed = costs.contains { $0 == .bfloat16 && $1.muon.newtonSchulzPrecision == .float32 }
    let isAtEnd = sizes.contains { size in
      size.arms.contains { $0.settings.contains { $0.hasSuffix("*") } }
    }
    return [
      "Steps to the target come from final losses of several schedules at the best learning "
        + "rate, with \(seeds == ["1"] ? "one seed" : "\(seeds.joined(separator: " or ")) seeds") each.",
      isAtEnd
        ? "A star: the best value is the lowest or highest tried, so a better one may lie beyond."
        : nil,
      costs.isEmpty
        ? nil
        : "Costs are shares of forward and backward. Newton-Schulz, as computed, counts the "
          + "operations done here: half of every symmetric product, and most steps on the Gram "
          + "matrix where a matrix is not square. The plain formula is T (4 m^2 n + 2 m^3) for a "
          + "matrix of m x n, with T = \(iterations). Jordan bounds it by T d / tokens.",
      isMixed
        ? "Newton-Schulz is float32 here, forward and backward bf16, so each of its operations takes "
          + "longer than one of theirs." : nil,
      isTimed
        ? nil
        : "Seconds are left out: not all trials are known to have run alone and on the same cores.",
    ].compactMap(\.self)
  }

  /// The steps of Newton-Schulz, in words.
  private var iterations: String {
    let counts = sizes.flatMap { $0.arms.compactMap(\.newtonSchulz?.iterations) }
    return Set(counts).sorted().map(String.init).joined(separator: " and ")
  }

  private var figure: Figure? {
    guard sizes.count > 1 else { return nil }
    let colors = ArmColors(sizes.flatMap { $0.arms.map(\.name) })
    let x = Axis("tokens in a batch", .logarithmic, ticks: sizes.map { Double($0.tokens) })
    /// A line, with a dot at every size unless it is no measurement.
    func line(
      _ name: String, _ color: Int, isDotted: Bool = false, isDashed: Bool = false,
      _ value: (Size) -> Double?
    ) -> [Mark] {
      let points = sizes.compactMap { size in value(size).map { (x: Double(size.tokens), y: $0) } }
      guard !points.isEmpty else { return [] }
      let line = Mark.line(points, color: color, isDashed: isDashed, name: name)
      return isDotted
        ? [line, .estimates(points.map { ($0.x, $0.y, $0.y, $0.y) }, color: color)] : [line]
    }
    func arms(_ title: String, _ label: String, _ value: (Entry) -> Double?) -> Panel {
      let names = sizes.flatMap { $0.arms.map(\.name) }.unique
      return .plot(
        title, x: x, y: Axis(label, .logarithmic),
        marks: names.flatMap { name in
          line(name, colors[name], isDotted: true) { size in
            size.arms.first { $0.name == name }.flatMap(value)
          }
        })
    }
    func cost(_ size: Size) -> NewtonSchulzCost? { size.arm("muon")?.newtonSchulz }
    let targets = sizes.compactMap(\.record.track.target).map { Format.fixed($0, 3) }
    return Figure(
      name: "batch-sizes",
      title: "What it takes to the target by the size of the batch, and Muon's share of it",
      caption: "Target \(Set(targets).sorted().joined(separator: ", ")); learning rates retuned at "
        + "every size, steps interpolated between schedules. The predicted ratio in seconds is that "
        + "in steps times 1 + Newton-Schulz operations as computed / operations of forward and "
        + "backward. T d / tokens is Jordan's bound of that overhead by the plain formula, with "
        + "T = \(iterations) steps and width d."
        + (isTimed ? " Measured is all the time of the optimizer." : ""),
      panels: [arms("Steps to the target", "steps", \.steps.value)]
        + (isTimed ? [arms("Seconds to the target", "seconds of training", \.seconds)] : []) + [
          .plot(
            "Muon over AdamW", x: x, y: Axis("ratio to the target"),
            marks: [.level(1, name: "as adamw")]
              + line("steps", 0, isDotted: true) { $0.ratio(\.steps.value) }
              + line("seconds", 3, isDotted: true) { $0.ratio(\.seconds) }
              + line("predicted", 3, isDashed: true) { size in
                cost(size).flatMap { cost in size.ratio(\.steps.value).map { $0 * (1 + cost.ratio) }
                }
              }),
          .plot(
            "What Muon adds to a step", x: x, y: Axis("over forward and backward", .logarithmic),
            marks: line("measured", 3, isDotted: true) { $0.arm("muon")?.overhead }
              + line("as computed", 0) { cost($0)?.ratio }
              + line("plain formula", 0, isDashed: true) { cost($0)?.plainRatio }
              + line("T d / tokens", 6, isDashed: true) { cost($0)?.bound }),
        ])
  }
}

extension BatchSizes.Entry {
  /// Reads off the trials that differ from the last one in nothing but the number of steps.
  fileprivate init?(
    _ arm: Ranking.ArmResult, _ trials: [TrialLine], _ experiment: FinishedExperiment
  ) {
    func others(_ trial: TrialLine) -> [String] {
      trial.settings.filter { !$0.hasPrefix("steps=") }.sorted()
    }
    let track = experiment.record.track
    guard let last = trials.last, let target = track.target else { return nil }
    let lengths = trials.filter { others($0) == others(last) && $0.outcome != .diverged }
    let losses = lengths.compactMap { trial in trial.finalValLoss.map { (trial.steps, $0) } }
    guard !losses.isEmpty else { return nil }
    (name, rule) = (arm.name, arm.optimizer)
    settings = others(last).compactMap { setting in
      let key = arm.keys.first { $0 != "steps" && setting.hasPrefix("\($0)=") }
      return key.map { key in setting + (arm.edges.contains { $0.key == key } ? "*" : "") }
    }
    steps = LossByLength(losses).steps(to: target)
    let timed = trials.filter { $0.trainSeconds > 0 && $0.steps > 0 }
    if experiment.record.hasComparableSeconds,
      let seconds = timed.map({ $0.steadyTrainSeconds / Double($0.steps) }).median,
      let share = timed.map({ $0.steadyOptimizerSeconds / $0.steadyTrainSeconds }).median
    {
      time = (seconds, share)
    } else {
      time = nil
    }
    newtonSchulz = experiment.recipe(of: arm.optimizer, with: last.settings)?.muon.flatMap {
      NewtonSchulzCost($0, track.configuration, tokens: track.batch * track.model.context)
    }
  }
}
