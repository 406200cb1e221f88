import Experiments
import Figures
import Foundation
import NanoGPT
import Runs
import Statistics
import Text

/// How the ratio of steps depends on the size of the model, and what it takes to a loss with the best size for it.
package struct Sizes: Study {
  /// Ascending by weights.
  package let sizes: [ModelSize]
  /// For every resample the places of the seeds of each size.
  private let draws: [[[Int]]]

  static let needs: String? = "a study of model sizes"

  static func section(of experiments: [FinishedExperiment]) -> Section? {
    let study = Sizes(experiments)
    guard !study.sizes.isEmpty else { return nil }
    return Section(
      title: "Does the edge grow with the model: sizes",
      paragraphs: study.sentences,
      tables: [("", study.table), ("Frontiers:", study.frontierTable)],
      figures: [study.figure])
  }

  package init(_ experiments: [FinishedExperiment], resamples: Int = 2000) {
    let sizes = experiments.comparisons(.size).compactMap { ModelSize($0, $1, $2) }
      .sorted { $0.weights < $1.weights }
    var bootstrap = Bootstrap()
    bootstrap.resamples = resamples
    // Each size is drawn by itself; both optimizers of a size together.
    let bySize = sizes.enumerated().map { index, size in
      var own = bootstrap
      own.seed = UInt64(index)
      return own.draws(from: size.seeds)
    }
    self.sizes = sizes
    draws = (0..<(sizes.isEmpty ? 0 : resamples)).map { draw in bySize.map { $0[draw] } }
  }

  private var all: [[Int]] { sizes.map { Array(0..<$0.seeds) } }

  /// An estimate with its interval of 95 %; nil where the estimate was not measured.
  func estimate(_ value: ([[Int]]) -> Double?) -> (value: Double, interval: ConfidenceInterval)? {
    guard let estimate = value(all) else { return nil }
    // What a resample leaves open may be anything.
    let ranges = draws.map { draw in value(draw).map { $0...$0 } ?? 0...Double.infinity }
    return (estimate, Bootstrap().interval(of: ranges))
  }

  /// Muon's steps over AdamW's at a size.
  package func stepsRatio(at index: Int) -> (value: Double, interval: ConfidenceInterval)? {
    estimate { sizes[index].ratio($0[index]) }
  }

  /// The logarithm of the ratio against that of the weights.
  func trend(_ seeds: [[Int]]) -> StraightLine? {
    let points = sizes.indices.compactMap { index in
      sizes[index].ratio(seeds[index]).map { (x: log(sizes[index].weights), y: log($0)) }
    }
    return points.count == sizes.count ? StraightLine(through: points) : nil
  }

  /// Muon's steps over AdamW's at so many weights, by the trend.
  package func predicted(weights: Double) -> (value: Double, interval: ConfidenceInterval)? {
    estimate { seeds in trend(seeds).map { exp($0(log(weights))) } }
  }

  /// What doubling the weights multiplies the ratio with.
  package var perDoubling: (value: Double, interval: ConfidenceInterval)? {
    estimate { seeds in trend(seeds).map { exp($0.slope * log(2)) } }
  }
}

extension Sizes {
  /// The smallest operations that an optimizer takes to lower and lower losses, over all sizes and lengths.
  func frontier(of optimizer: ModelSize.Optimizer, _ seeds: [[Int]])
    -> [(operations: Double, loss: Double)]
  {
    let points = sizes.indices.flatMap { index in
      sizes[index].family(optimizer).points.map { point in
        (
          operations: sizes[index].operations(steps: Double(point.steps))
            * sizes[index].family(optimizer).cost,
          loss: Sample(seeds[index].map { point.losses[$0] }).mean
        )
      }
    }.sorted { $0.operations < $1.operations }
    var least = Double.infinity
    return points.filter { point in
      defer { least = min(least, point.loss) }
      return point.loss < least
    }
  }

  /// The frontier as a power law: the logarithm of the loss against that of the operations.
  func powerLaw(of optimizer: ModelSize.Optimizer, _ seeds: [[Int]]) -> StraightLine? {
    StraightLine(through: frontier(of: optimizer, seeds).map { (log($0.operations), log($0.loss)) })
  }

  /// Muon's operations over AdamW's at the same loss, that of AdamW at the middle of its frontier; by both power laws.
  package var operationsRatio: (value: Double, interval: ConfidenceInterval)? {
    let middle = frontier(of: .adamw, all).map { log($0.operations) }.median
    guard let middle, let level = powerLaw(of: .adamw, all)?(middle) else { return nil }
    return estimate { seeds in
      guard let adamw = powerLaw(of: .adamw, seeds), let muon = powerLaw(of: .muon, seeds),
        adamw.slope < 0, muon.slope < 0
      else { return nil }
      func operations(_ line: StraightLine) -> Double { (level - line.intercept) / line.slope }
      return exp(operations(muon) - operations(adamw))
    }
  }

  static func text(_ estimate: (value: Double, interval: ConfidenceInterval)?) -> String {
    estimate.map { "\(Format.fixed($0.value, 2)) (\($0.interval.ratioText))" } ?? "-"
  }

  /// What the tables mean, and what follows.
  package var sentences: [String] {
    var sentences = [
      "Steps: the length of Muon's schedule over that of AdamW's that end at the same loss, AdamW's at the middle one of "
        + "its lengths, of two the longer. Operations: that ratio times what Newton-Schulz adds to a step, as it is computed here. "
        + "Intervals of 95 % are a bootstrap over seeds; they leave out what another tuning would change."
    ]
    if sizes.count > 2 {
      sentences.append(
        "Twice as many weights multiply the ratio of steps by \(Self.text(perDoubling)). Continued in a straight line of "
          + "logarithms it would be \(Self.text(predicted(weights: 124e6))) at 124 million weights and "
          + "\(Self.text(predicted(weights: 1.5e9))) at 1.5 billion. That is \(scale) times as many as the "
          + "largest model here has: it says where such a line would lead, not that it is straight."
      )
      sentences.append(
        "At the same loss, with the size that suits each best, Muon takes \(Self.text(operationsRatio)) of AdamW's "
          + "operations, by power laws through both frontiers. Moonlight reports 0.519 for models of 0.4 to 1.5 "
          + "billion weights, at larger batches.")
    }
    return sentences
  }

  /// `12 to 140`.
  private var scale: String {
    let largest = sizes.last?.weights ?? 1
    return [124e6, 1.5e9].map { Format.grouped(Int(($0 / largest).rounded())) }.joined(
      separator: " to ")
  }

  private var table: Table {
    Table(
      Array(sizes.enumerated()),
      [
        .right("width") { "\($0.element.model.modelDimension)" },
        .right("layers") { "\($0.element.model.layers)" },
        .right("weights of blocks and head") { Format.grouped(Int($0.element.weights)) },
        .right("tokens a weight") { _, size in
          Format.significant(Double(size.levelSteps * size.tokensPerStep) / size.weights, 2)
        },
        .right("loss") { Format.fixed($0.element.level, 3) },
        .right("AdamW's steps") { "\($0.element.levelSteps)" },
        .right("Muon / AdamW, steps") { Self.text(stepsRatio(at: $0.offset)) },
        .right("Newton-Schulz") { Format.percent($0.element.muon.cost - 1) },
        .right("Muon / AdamW, operations") { index, size in
          Self.text(
            estimate { size.ratio($0[index]).map { $0 * size.muon.cost / size.adamw.cost } })
        },
        .right("n") { "\($0.element.seeds)" },
        Table.Column("record") { .link($0.element.name, to: $0.element.link) },
      ])
  }

  private var frontierTable: Table {
    let rows = ModelSize.Optimizer.allCases.flatMap { optimizer in
      frontier(of: optimizer, all).map { (optimizer.rawValue, $0.operations, $0.loss) }
    }
    return Table(
      rows,
      [
        .left("arm") { $0.0 }, .right("operations") { Format.significant($0.1, 3) },
        .right("least loss") { Format.fixed($0.2, 4) },
      ])
  }

  private var figure: Figure {
    let colors = ArmColors(["muon", "adamw"])
    let weights = Axis("weights of blocks and head", .logarithmic)
    let ratios = sizes.indices.compactMap { index in
      stepsRatio(at: index).map { ratio -> Mark.Estimate in
        (
          sizes[index].weights, ratio.value, ratio.interval.lower,
          min(ratio.interval.upper ?? 2 * ratio.value, 2 * ratio.value)
        )
      }
    }
    let line = trend(all).map { line in
      ratios.map { (x: $0.x, y: exp(line(log($0.x)))) }
    }
    func frontierMarks(of optimizer: ModelSize.Optimizer) -> [Mark] {
      let points = frontier(of: optimizer, all)
      let law = powerLaw(of: optimizer, all).map { law in
        Mark.line(
          points.map { ($0.operations, exp(law(log($0.operations)))) },
          color: colors[optimizer.rawValue],
          isDashed: true)
      }
      return [
        .line(
          points.map { ($0.operations, $0.loss) }, color: colors[optimizer.rawValue],
          name: optimizer.rawValue),
        .estimates(
          points.map { ($0.operations, $0.loss, $0.loss, $0.loss) },
          color: colors[optimizer.rawValue]),
      ] + [law].compactMap(\.self)
    }
    return Figure(
      name: "sizes", title: "Muon's edge by the size of the model, and loss against operations",
      caption:
        "Left: steps of Muon's schedule over AdamW's to the same loss, with intervals of 95 %, and the line "
        + "through their logarithms. Right: the least loss with so many operations, over all sizes and lengths; "
        + "dashed the power laws.",
      panels: [
        .plot(
          "Muon's steps over AdamW's", x: weights, y: Axis("ratio to the same loss"),
          marks: [.level(1, name: "as adamw"), .estimates(ratios, color: colors["muon"])]
            + (line.map { [.line($0, color: colors["muon"], isDashed: true, name: "trend")] } ?? [])
        ),
        .plot(
          "Loss against operations", x: Axis("floating-point operations", .logarithmic),
          y: Axis("nats per token", .logarithmic),
          marks: ModelSize.Optimizer.allCases.flatMap(frontierMarks)),
      ])
  }
}
