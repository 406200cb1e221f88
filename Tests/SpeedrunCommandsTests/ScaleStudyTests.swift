import Foundation
import NanoGPT
import Report
import Testing

/// What the report says of other widths, and of models too large for a record.
@Suite struct ScaleStudyTests {
  /// Losses on a parabola over the logarithm of the rate, lowest at `best`.
  private func trials(_ arm: String, around best: Double) -> [ResultsFixture.Trial] {
    [0.5, 0.8, 1.25, 2].map { factor in
      let rate = best * factor
      let distance = log2(rate / best)
      return .init(
        arm: arm, settings: ["steps=200", "\(arm).learning_rate=\(rate)"],
        loss: 3 + 0.1 * distance * distance)
    }
  }

  @Test func theBestRateIsReadOffAParabola() throws {
    try withResults { results in
      for (width, adamw, muon) in [(64, 0.008, 0.06), (256, 0.002, 0.03)] {
        try results.add(
          sweep: "rates-\(width)", width: width, isOfRates: true,
          trials("adamw", around: adamw) + trials("muon", around: muon))
      }
      // A search for more than the rate is none of these.
      try results.add(sweep: "search", width: 128, trials("adamw", around: 0.1))
      let study = BestRates(try results.experiments())
      #expect(study.found.map(\.arm) == ["adamw", "muon"])
      for (arm, best) in study.found {
        #expect(best.map(\.width) == [64, 256])
        let expected = arm == "adamw" ? [0.008, 0.002] : [0.06, 0.03]
        for (found, rate) in zip(best, expected) {
          #expect(abs(found.rate / rate - 1) < 1e-6, "\(arm): \(found.rate)")
        }
      }
      let powers = study.found.compactMap { BestRates.power(of: $0.best) }
      #expect(abs(powers[0] + 1) < 1e-6 && abs(powers[1] + 0.5) < 1e-6, "\(powers)")
      let page = try #require(try results.files()["README.md"])
      #expect(page.contains("That of adamw goes with the width to the power of -1.00."))
    }
  }

  @Test func oneWidthSaysNothing() throws {
    try withResults { results in
      try results.add(
        sweep: "rates", width: 64, isOfRates: true, trials("adamw", around: 0.01))
      #expect(BestRates(try results.experiments()).found.isEmpty)
    }
  }

  /// Newton-Schulz as computed takes `20 n^3` for a square matrix and `38 n^3` for one four times as wide, so
  /// `4 x 20 + 2 x 38` a block of `12 n^2` weights: 13 n / 6 tokens' worth of forward and backward.
  @Test func largeModelsNeedTokensInProportionToTheirWidth() throws {
    for model in OrthogonalizationCost.models where model.configuration.mixture == nil {
      let (width, layers) = (model.configuration.modelDimension, model.configuration.layers)
      let work = Double(layers) * 156 * Double(width * width * width)
      let token =
        model.configuration.projectionOperationsPerToken
        + model.configuration.attentionOperationsPerToken
      let tokens = try #require(model.tokensForOnePercent)
      #expect(abs(tokens / (work / token / 0.01) - 1) < 1e-9, "\(model.name)")
      #expect(tokens < 100 * 156 / 72 * Double(width), "\(model.name): blocks alone")
    }
    let experts = try #require(
      OrthogonalizationCost.models.first { $0.configuration.mixture != nil })
    let tokens = try #require(experts.tokensForOnePercent)
    #expect(tokens > 100 * 156 / 72 * Double(experts.configuration.modelDimension))
  }

  /// GPT-2 small has 72 matrices, the largest of `38 n^3` operations: with as many ranks or more that is what one has.
  @Test func ranksShareTheMatricesUntilThereAreTooFew() throws {
    let model = try #require(OrthogonalizationCost.models.first)
    let tokens = 524_288
    let whole = try #require(model.cost(tokens: tokens)).ratio
    #expect(abs(model.share(tokens: tokens, ranks: 1) / whole - 1) < 1e-9)
    let many = model.share(tokens: tokens, ranks: 256)
    #expect(abs(many / (whole * 256 * 38 / (12 * 156)) - 1) < 1e-9)
    let ranks = try #require(model.ranksForOnePercent(tokens: tokens))
    #expect(model.share(tokens: tokens, ranks: ranks) > 0.01)
    #expect(model.share(tokens: tokens, ranks: ranks / 2) <= 0.01)
  }
}
