import Autograd
import Experiments
import Figures
import Muon
import NanoGPT
import Runs
import Text

/// What orthogonalizing costs larger models and batches than any here: by the formula, beside what was measured.
package enum OrthogonalizationCost: Study {
  static let needs: String? = nil

  /// A model that is too large to be trained here.
  package struct Model {
    package let name: String
    package let configuration: GPTConfiguration

    /// The cost at so many tokens a step.
    package func cost(tokens: Int) -> NewtonSchulzCost? {
      NewtonSchulzCost(Muon(learningRate: 1, weightDecay: 0), configuration, tokens: tokens)
    }

    /// Of how many tokens a batch must be for the cost to be one percent of forward and backward.
    ///
    /// Newton-Schulz works on weights, whatever the batch; forward and backward on tokens.
    package var tokensForOnePercent: Double? { cost(tokens: 1).map { $0.ratio / 0.01 } }

    /// The work of the rank that has most matrices to orthogonalize, over that of its forward and backward.
    ///
    /// Tokens are shared out evenly, matrices are not cut: more ranks than matrices do not help.
    package func share(tokens: Int, ranks: Int) -> Double {
      let muon = Muon(learningRate: 1, weightDecay: 0)
      let jobs = (0..<configuration.layers).flatMap { _ in
        configuration.blockShapes.flatMap { UpdateJob.jobs(of: $0, by: muon) }
      }
      let most = jobs.shared(among: ranks, by: \.operations)
        .map { $0.reduce(0) { $0 + $1.operations } }.max()
      let token =
        configuration.projectionOperationsPerToken + configuration.attentionOperationsPerToken
      return (most ?? 0) / (token * Double(tokens) / Double(ranks))
    }

    /// The first power of two, up to 1024 ranks, at which that is more than one percent; nil where none is.
    package func ranksForOnePercent(tokens: Int) -> Int? {
      (0...10).map { 1 << $0 }.first { share(tokens: tokens, ranks: $0) > 0.01 }
    }
  }

  /// The models of GPT-2, as llm.c and modded-nanogpt pad their vocabulary, and one of the extents of Moonlight, whose
  /// experts have three matrices where these have two.
  package static let models = [
    gpt2("GPT-2 small", width: 768, heads: 12, layers: 12),
    gpt2("GPT-2 medium", width: 1024, heads: 16, layers: 24),
    gpt2("GPT-2 large", width: 1280, heads: 20, layers: 36),
    gpt2("GPT-2 XL", width: 1600, heads: 25, layers: 48),
    Model(
      name: "like Moonlight",
      configuration: {
        var model = GPTConfiguration(
          vocabularySize: 163_840, modelDimension: 2048, heads: 16, layers: 27, context: 8192)
        (model.experts, model.expertsActive, model.expertWidth) = (64, 6, 1408)
        return model
      }()),
  ]

  private static func gpt2(_ name: String, width: Int, heads: Int, layers: Int) -> Model {
    Model(
      name: name,
      configuration: GPTConfiguration(
        vocabularySize: 50_304, modelDimension: width, heads: heads, layers: layers, context: 1024))
  }

  static func section(of experiments: [FinishedExperiment]) -> Section? {
    let measured = BatchSizes(experiments).sizes
    guard let largest = measured.last else { return nil }
    let own = Model(
      name: "\(largest.record.base.track.name), measured",
      configuration: largest.record.track.configuration)
    return Section(
      title: "What orthogonalizing costs larger models",
      paragraphs: [
        "Floating-point operations of Newton-Schulz, as done here, as a share of those of forward and backward. The "
          + "share falls as the batch grows, because a batch of any size is followed by one update. For one percent the "
          + "blocks of GPT-2 need \(tokensForEachUnitOfWidth) tokens for each unit of their width; with a large vocabulary or a long context, "
          + "fewer. A mixture of experts needs more: all its experts are orthogonalized, and a token meets some.",
        "Ranks share out tokens and matrices. A rank has its part of the matrices to orthogonalize, so the share stays "
          + "the same, until there are too few matrices for all. From so many ranks on it is above one percent for the "
          + "rank that has most to do: powers of two up to 1024 were looked at.",
        "Measured is all the time of the optimizer on the track \(largest.record.base.track.name), at the batches of the "
          + "section above.",
      ],
      tables: [("", table(models))],
      figures: [figure(measured, own)])
  }

  /// The tokens of a batch, by the width, at which Newton-Schulz is one percent of the products of blocks alone.
  private static var tokensForEachUnitOfWidth: Int {
    let (model, muon) = (models[0].configuration, Muon(learningRate: 1, weightDecay: 0))
    let update = model.blockShapes.reduce(0) { $0 + muon.operations(elements: $1.count, of: $1) }
    let token = 6 * Double(model.blockShapes.reduce(0) { $0 + $1.count })
    return Int((update / token / 0.01 / Double(model.modelDimension)).rounded())
  }

  static func table(_ models: [Model]) -> Table {
    func millions(_ count: Int) -> String { Format.grouped(Int((Double(count) / 1e6).rounded())) }
    return Table(
      models,
      [
        .left("model", \.name), .right("width") { "\($0.configuration.modelDimension)" },
        .right("million weights") { millions($0.configuration.weights) },
        .right("at 65 536 tokens") { share($0, 65_536) },
        .right("at 524 288 tokens") { share($0, 524_288) },
        .right("at 4 194 304 tokens") { share($0, 4_194_304) },
        .right("one percent at, tokens") {
          $0.tokensForOnePercent.map { Format.grouped(Int($0.rounded())) } ?? "-"
        },
        .right("above it at 524 288 tokens from, ranks") {
          $0.ranksForOnePercent(tokens: 524_288).map { "\($0)" } ?? "-"
        },
      ])
  }

  private static func share(_ model: Model, _ tokens: Int) -> String {
    model.cost(tokens: tokens).map { "\(Format.significant(100 * $0.ratio, 2)) %" } ?? "-"
  }

  private static func figure(_ measured: [BatchSizes.Size], _ own: Model) -> Figure {
    let batches = (12...24).map { 1 << $0 }
    func line(_ model: Model, _ color: Int) -> Mark {
      .line(
        batches.compactMap { tokens in
          model.cost(tokens: tokens).map { (x: Double(tokens), y: $0.ratio) }
        }, color: color, name: model.name)
    }
    let points = measured.compactMap { size in
      size.arm("muon")?.overhead.map { (Double(size.tokens), $0, $0, $0) }
    }
    return Figure(
      name: "orthogonalization-cost",
      title: "What orthogonalizing adds to a step, by the tokens in it",
      caption:
        "Lines: Newton-Schulz over forward and backward, in operations. Dots: the time of the optimizer over that "
        + "of forward and backward, measured.",
      panels: [
        .plot(
          "What Muon adds to a step",
          x: Axis("tokens in a batch", .logarithmic),
          y: Axis("over forward and backward", .logarithmic),
          marks: [.level(0.01, name: "one percent")]
            + ([own] + models).enumerated().map { line($1, $0) }
            + [.estimates(points, color: 0)])
      ])
  }
}
