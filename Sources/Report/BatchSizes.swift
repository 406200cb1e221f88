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
  /// One size.
  package struct Size {
    /// The name of its record.
    let name: String
    package let tokens: Int
    let record: ExperimentRecord
    let target: Double
    package let arms: [Arm]
    /// Of Muon's arm; nil without Newton-Schulz.
    package let overhead: NewtonSchulzOverhead?

    package func arm(_ rule: String) -> Arm? { arms.first { $0.rule == rule } }

    /// Muon's steps over AdamW's.
    package var stepsRatio: Double? { ratio { $0.steps.value } }

    /// Muon's seconds over AdamW's.
    package var secondsRatio: Double? { ratio(\.seconds) }

    /// What the seconds would be if all operations took equally long.
    package var predictedSecondsRatio: Double? {
      stepsRatio.flatMap { steps in overhead.map { steps * (1 + $0.ratio) } }
    }

    private func ratio(_ value: (Arm) -> Double?) -> Double? {
      guard let muon = arm("muon").flatMap(value), let adamw = arm("adamw").flatMap(value) else {
        return nil
      }
      return muon / adamw
    }
  }

  /// What one arm took.
  package struct Arm {
    package let name: String
    let rule: String
    /// The best of what was searched, but for the number of steps; with a star where that was the lowest or the
    /// highest that was tried.
    package let settings: [String]
    package let steps: LossByLength.Steps
    /// Medians over its trials, as one may have been disturbed; nil unless nothing ran beside them.
    package let time: (secondsPerStep: Double, optimizerShare: Double)?
    /// The rule of the matrices inside the blocks; nil when it is not Muon.
    let muon: Muon?

    /// The training time to the target.
    var seconds: Double? {
      steps.value.flatMap { steps in time.map { steps * $0.secondsPerStep } }
    }

    /// The optimizer's time over that of forward and backward.
    package var overhead: Double? { time.map { $0.optimizerShare / (1 - $0.optimizerShare) } }
  }

  /// Ascending by tokens.
  package let sizes: [Size]

  /// Whether the seconds of every size are a result.
  package var isTimed: Bool { sizes.allSatisfy { $0.arms.allSatisfy { $0.time != nil } } }

  static let needs = "a study of batch sizes"

  static func section(of experiments: [FinishedExperiment]) -> Section? {
    guard let study = BatchSizes(experiments) else { return nil }
    return Section(
      title: "Where the edge begins and ends: batch sizes",
      paragraphs: [study.sentences.joined(separator: " ")], tables: [("", study.table)],
      figures: [study.figure(ArmColors(experiments))].compactMap(\.self))
  }

  package init?(_ experiments: [FinishedExperiment]) {
    sizes = experiments.sweeps(.batch).compactMap { experiment, result, trials -> Size? in
      let record = experiment.record
      guard let target = record.track.target else { return nil }
      let arms = result.arms.compactMap { arm in
        Arm(arm, trials.filter { $0.arm == arm.name }, experiment, target: target)
      }
      let tokens = record.track.batch * record.track.model.context
      return Size(
        name: experiment.name, tokens: tokens, record: record, target: target, arms: arms,
        overhead: arms.lazy.compactMap(\.muon).first.flatMap {
          NewtonSchulzOverhead(record.track.configuration, $0, tokens: tokens)
        })
    }.sorted { ($0.tokens, $0.name) < ($1.tokens, $1.name) }
    if sizes.isEmpty { return nil }
  }

  /// A row for every arm at every size of the batch.
  package var table: Table {
    typealias Column = Table.Column<(size: Size, arm: Arm)>
    /// Told of Muon only.
    func muon(_ title: String, _ text: @escaping (Size) -> String?) -> Column {
      .right(title) { $0.arm.rule == "muon" ? text($0.size) ?? "-" : "" }
    }
    func share(_ title: String, _ value: @escaping (NewtonSchulzOverhead) -> Double) -> Column {
      muon(title) { $0.overhead.map { Format.percent(value($0)) } }
    }
    let counted: [Column] = [
      .right("tokens a step") { Format.grouped($0.size.tokens) }, .left("arm", \.arm.name),
      .code("best") { $0.arm.settings.joined(separator: " ") },
      .right("steps to target", \.arm.steps.text),
      muon("Muon / AdamW, steps") { $0.stepsRatio.map { Format.fixed($0, 2) } },
      share("Newton-Schulz, as computed", \.ratio),
      share("Newton-Schulz, plain formula", \.plainRatio), share("T d / tokens", \.bound),
    ]
    let timed: [Column] = [
      .right("optimizer, measured") { $0.arm.overhead.map { Format.percent($0) } ?? "-" },
      .right("seconds to target") { $0.arm.seconds.map { Format.fixed($0, 1) } ?? "-" },
      muon("Muon / AdamW, seconds") { $0.secondsRatio.map { Format.fixed($0, 2) } },
    ]
    return Table(
      sizes.flatMap { size in size.arms.map { (size, $0) } },
      counted + (isTimed ? timed : [])
        + [Column("record") { .link($0.size.name, to: "records/\($0.size.name)") }])
  }

  /// What the columns mean, and what they do not show.
  package var sentences: [String] {
    let seeds = Set(sizes.map(\.record.seeds.count)).sorted()
    var sentences = [
      "Steps to the target are read off final losses of several schedules at the best learning "
        + "rate, of "
        + (seeds == [1] ? "one seed" : "\(seeds.map(String.init).joined(separator: " or ")) seeds")
        + " each."
    ]
    if sizes.contains(where: { $0.arms.contains { $0.settings.contains { $0.hasSuffix("*") } } }) {
      sentences.append(
        "A star: the best value is the lowest or the highest that was tried, and a better one may lie "
          + "beyond.")
    }
    if sizes.contains(where: { $0.overhead != nil }) {
      sentences.append(
        "What is added to forward and backward is given as a share of them. Newton-Schulz, as "
          + "computed, is its floating-point operations as they are done here, with half of every "
          + "symmetric product and most steps on the Gram matrix where a matrix is not square; by "
          + "the plain formula they are T (4 m^2 n + 2 m^3) for a matrix of m x n, "
          + "T = \(iterations), which Jordan bounds by T d / tokens.")
    }
    if sizes.contains(where: {
      $0.record.precision == .bfloat16 && $0.overhead?.muon.newtonSchulzPrecision == .float32
    }) {
      sentences.append(
        "Newton-Schulz is float32 here while forward and backward are bf16, so per operation it is "
          + "dearer than a count of operations says.")
    }
    if !isTimed {
      sentences.append(
        "Seconds are left out: not all trials are known to have run alone and on the same cores.")
    }
    return sentences
  }

  /// The steps of Newton-Schulz, in words.
  private var iterations: String {
    Set(sizes.compactMap(\.overhead?.iterations)).sorted().map(String.init)
      .joined(separator: " and ")
  }

  private func figure(_ colors: ArmColors) -> Figure? {
    guard sizes.count > 1 else { return nil }
    let x = Axis("tokens in a batch", .logarithmic, ticks: sizes.map { Double($0.tokens) })
    func line(
      _ name: String, _ color: Int, isDashed: Bool = false, _ value: (Size) -> Double?
    ) -> [Mark] {
      let points = sizes.compactMap { size in value(size).map { (x: Double(size.tokens), y: $0) } }
      return points.isEmpty
        ? [] : [.line(points, color: color, isDashed: isDashed, name: name)]
    }
    /// A line with a dot at every size.
    func dotted(_ name: String, _ color: Int, _ value: (Size) -> Double?) -> [Mark] {
      line(name, color, value).flatMap { mark in
        [mark, .estimates(mark.extent.map { ($0.x, $0.y, $0.y, $0.y) }, color: color)]
      }
    }
    func arms(_ title: String, _ label: String, _ value: (Arm) -> Double?) -> Panel {
      let names = sizes.flatMap { $0.arms.map(\.name) }.unique
      return .plot(
        title, x: x, y: Axis(label, .logarithmic),
        marks: names.flatMap { name in
          dotted(name, colors[name]) { $0.arms.first { $0.name == name }.flatMap(value) }
        })
    }
    let targets = Set(sizes.map { Format.fixed($0.target, 3) }).sorted()
    return Figure(
      name: "batch-sizes",
      title: "What it takes to the target by the size of the batch, and Muon's share of it",
      caption: "Target \(targets.joined(separator: ", ")); learning rates retuned at every size, "
        + "steps interpolated between schedules. The predicted ratio in seconds is that in steps "
        + "times 1 + Newton-Schulz operations as computed / operations of forward and backward. "
        + "T d / tokens is Jordan's bound of that overhead by the plain formula, with "
        + "T = \(iterations) steps and width d."
        + (isTimed ? " Measured is all the time of the optimizer." : ""),
      panels: [arms("Steps to the target", "steps") { $0.steps.value }]
        + (isTimed ? [arms("Seconds to the target", "seconds of training", \.seconds)] : []) + [
          .plot(
            "Muon over AdamW", x: x, y: Axis("ratio to the target"),
            marks: [.level(1, name: "as adamw")] + dotted("steps", 0, \.stepsRatio)
              + dotted("seconds", 3, \.secondsRatio)
              + line("predicted", 3, isDashed: true, \.predictedSecondsRatio)),
          .plot(
            "What Muon adds to a step", x: x, y: Axis("over forward and backward", .logarithmic),
            marks: dotted("measured", 3) { $0.arm("muon")?.overhead }
              + line("as computed", 0) { $0.overhead?.ratio }
              + line("plain formula", 0, isDashed: true) { $0.overhead?.plainRatio }
              + line("T d / tokens", 6, isDashed: true) { $0.overhead?.bound }),
        ])
  }
}

extension BatchSizes.Arm {
  /// Reads off the trials that differ from the last one in nothing but the number of steps.
  fileprivate init?(
    _ arm: Ranking.Arm, _ trials: [TrialLine], _ experiment: FinishedExperiment,
    target: Double
  ) {
    func others(_ trial: TrialLine) -> [String] {
      trial.settings.filter { !$0.hasPrefix("steps=") }.sorted()
    }
    guard let last = trials.last else { return nil }
    let lengths = trials.filter { others($0) == others(last) && $0.outcome != .diverged }
    let losses = lengths.compactMap { trial in trial.finalValLoss.map { (trial.steps, $0) } }
    guard !losses.isEmpty else { return nil }
    (name, rule) = (arm.name, arm.optimizer)
    settings = others(last).compactMap { setting in
      guard let key = arm.keys.first(where: { $0 != "steps" && setting.hasPrefix("\($0)=") })
      else { return nil }
      return arm.edges.contains { $0.key == key } ? setting + "*" : setting
    }
    steps = LossByLength(losses).steps(to: target)
    let timed = trials.filter { $0.trainSeconds > 0 && $0.steps > 0 }
    if experiment.record.hasComparableSeconds,
      let seconds = timed.map({ $0.trainSeconds / Double($0.steps) }).median,
      let share = timed.map({ $0.optimizerSeconds / $0.trainSeconds }).median
    {
      time = (seconds, share)
    } else {
      time = nil
    }
    muon = experiment.recipe(of: arm.optimizer, with: last.settings)?.muon
  }
}

/// What orthogonalizing every update costs beside forward and backward, counted in floating-point operations.
///
/// A Newton-Schulz step as it is written takes three products for an `m x n` matrix with `m <= n`: `X X^T` with
/// `2 m^2 n` operations, its square with `2 m^3`, and the last one with `2 m^2 n`. What is computed is less: half of every
/// symmetric product, and of matrices that are not square most steps on their Gram matrix alone. Forward and backward
/// take `6 x weights x tokens`, and attention. Jordan (2024) bounds the ratio of the plain form by `T d / B`, with `T`
/// steps, width `d` and `B` tokens in a batch.
package struct NewtonSchulzOverhead {
  let muon: Muon
  /// The steps of the iteration.
  let iterations: Int
  /// The operations of the plain form for all matrices inside the blocks, once a training step.
  package let plainOperations: Double
  /// Those that are computed.
  package let operations: Double
  /// Jordan's bound of ``plainRatio``.
  package let bound: Double
  private let training: Double

  /// The overhead of a rule with so many tokens in a batch; nil when it orthogonalizes in another way.
  package init?(_ model: GPTConfiguration, _ muon: Muon, tokens: Int) {
    guard muon.orthogonalization == .newtonSchulz else { return nil }
    let iterations = muon.newtonSchulz.coefficients.count
    let (d, h) = (model.modelDimension, model.hiddenDimension)
    func sum(_ operations: (Shape) -> Double) -> Double {
      Double(model.layers) * (4 * operations([d, d]) + operations([h, d]) + operations([d, h]))
    }
    (self.muon, self.iterations) = (muon, iterations)
    plainOperations = sum { shape in
      let (m, n) = (Double(min(shape[0], shape[1])), Double(max(shape[0], shape[1])))
      return Double(iterations) * (4 * m * m * n + 2 * m * m * m)
    }
    operations = sum { muon.operations(elements: $0.count, of: $0) }
    bound = Double(iterations * d) / Double(tokens)
    training =
      Double(tokens) * (model.projectionOperationsPerToken + model.attentionOperationsPerToken)
  }

  /// What is computed, over forward and backward.
  package var ratio: Double { operations / training }

  /// The plain form over forward and backward.
  package var plainRatio: Double { plainOperations / training }
}
