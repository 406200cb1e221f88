import Autograd
import Experiments
import Foundation
import Muon
import NanoGPT
import Report
import Runs
import SpeedrunCommands
import Statistics
import Testing
import Text

@Suite struct LossByLengthTests {
  @Test func betweenLengthsTheLossFallsWithTheLogarithm() {
    let losses = LossByLength([(100, 3.0), (400, 2.8)])
    #expect(losses.steps(to: 3.0) == .about(100))
    // Half of the loss, half of the logarithm: the geometric mean.
    #expect(abs((losses.steps(to: 2.9).value ?? 0) - 200) < 1e-9)
    #expect(losses.steps(to: 2.8) == .about(400))
  }

  @Test func outsideOfWhatWasMeasuredThereIsABoundOnly() {
    let losses = LossByLength([(400, 2.8), (100, 3.0)])
    #expect(losses.steps(to: 3.1) == .fewer(than: 100))
    #expect(losses.steps(to: 2.7) == .more(than: 400))
    // The last piece goes on, as far as it may.
    #expect(abs((losses.steps(to: 2.79, beyond: 1.1).value ?? 0) - 400 * pow(2, 0.1)) < 1e-6)
    #expect(losses.steps(to: 2.7, beyond: 1.1) == .more(than: 400))
    #expect(losses.steps(to: 3.1).text == "< 100" && losses.steps(to: 2.7).text == "> 400")
  }

  @Test func aLongerScheduleThatEndsWorseIsLuck() {
    let losses = LossByLength([(100, 3.0), (200, 2.8), (300, 2.9), (400, 2.7)])
    // 200 and 300 steps count as 2.85 both.
    #expect(abs((losses.steps(to: 2.85).value ?? 0) - 200) < 1e-6)
    #expect((losses.steps(to: 2.84).value ?? 0) > 300)
    // Seeds of one length are averaged.
    #expect(LossByLength([(100, 3.0), (100, 2.8)]).steps(to: 2.9) == .about(100))
  }
}

@Suite struct NewtonSchulzCostTests {
  private let muon = Muon(learningRate: 0.05, weightDecay: 0.1)

  @Test func theFormulaCountsEveryProduct() throws {
    let model = GPTConfiguration(
      vocabularySize: 10, modelDimension: 8, heads: 2, layers: 3, context: 16)
    let cost = try #require(NewtonSchulzCost(muon, model, tokens: 32))
    // Four 8 x 8 with 6 * 512 each, two 8 x 32 with 4 * 64 * 32 + 2 * 512 each.
    let operations = 15.0 * (4 * 3072 + 2 * 9216)
    let weights = 3 * (4 * 64 + 2 * 256) + 80
    #expect(abs(cost.plainRatio - operations / (32 * (6 * Double(weights) + 2304))) < 1e-15)
    #expect(cost.bound == 1.25)
    // Beside the blocks' products alone, the ratio is 4.17 d / B.
    #expect(abs(operations / (6 * 2304 * 32) * 32 / 8 - 4.1667) < 1e-3)
  }

  @Test func whatIsComputedIsLess() throws {
    let model = GPTConfiguration(
      vocabularySize: 1024, modelDimension: 256, heads: 4, layers: 4, context: 256)
    let cost = try #require(NewtonSchulzCost(muon, model, tokens: 4096))
    #expect(abs(cost.plainRatio - 0.2233) < 1e-4)
    #expect(abs(cost.ratio / cost.plainRatio - 0.52) < 1e-9)
    var steps = muon
    steps.newtonSchulz.coefficients.removeLast(2)
    #expect(NewtonSchulzCost(steps, model, tokens: 4096)?.bound == 3.0 / 16)
    var exact = muon
    exact.orthogonalization = .singularValues
    #expect(NewtonSchulzCost(exact, model, tokens: 4096) == nil)
  }
}

@Suite struct StudyTests {
  @Test func lengthsAreGroupedByTheNameBeforeTheSteps() throws {
    try withResults { results in
      try results.add(
        "lengths", purpose: "lengths",
        [
          .init(name: "muon-rms-400", steps: 400, loss: 2.8),
          .init(name: "muon-rms-100", steps: 100, loss: 3.0),
          .init(name: "adamw-100", optimizer: "adamw", steps: 100, loss: 3.1),
        ])
      let study = try #require(Lengths.all(in: try results.experiments()).first)
      #expect(study.families.map(\.name) == ["muon-rms", "adamw"])
      #expect(study.families[0].points.map(\.steps) == [100, 400])
      #expect(study.sentence.hasPrefix("muon-rms ends at 2.880 with a schedule of "))
      #expect(study.sentence.contains("adamw does not reach 2.880 within 100 steps"))
    }
  }

  /// Rates of exchange with Muon: on kjv AdamW 2, Muon 1, half of it 1.5; on sprint the order is another.
  @Test func twoTracksAreComparedByWhatRecipesAreWorth() throws {
    func lengths(_ results: ResultsFixture, _ name: String, _ track: TrackDefinition) throws {
      try results.add(
        name, purpose: "lengths", on: track,
        [
          .init(name: "muon-100", steps: 100, loss: 3.0),
          .init(name: "muon-400", steps: 400, loss: 2.8),
        ])
    }
    try withResults { results in
      try lengths(results, "a-lengths", .kjv)
      try lengths(results, "b-lengths", .sprint)
      #expect(Agreement.all(in: try results.experiments()).isEmpty)
      try results.add(
        "a",
        [
          .init(name: "adamw", optimizer: "adamw", steps: 400, loss: 2.9),
          .init(name: "muon", steps: 200, loss: 2.9),
          .init(name: "half", settings: ["muon.momentum=0"], steps: 300, loss: 2.9),
          .init(name: "other", settings: ["muon.momentum=0.1"], steps: 350, loss: 2.9),
        ])
      try results.add(
        "b", purpose: "ablations", on: .sprint,
        [
          .init(name: "adamw", optimizer: "adamw", steps: 200, loss: 2.9),
          .init(name: "muon", steps: 200, loss: 2.9),
          .init(name: "half", settings: ["muon.momentum=0"], steps: 150, loss: 2.9),
          .init(name: "other", settings: ["muon.momentum=0.1"], steps: 400, loss: 2.9),
        ])
      let study = try #require(Agreement.all(in: try results.experiments()).first)
      #expect(study.tracks == ["kjv", "sprint"])
      #expect(study.rows.map(\.name) == ["muon", "half", "other"])
      for (row, expected) in zip(study.rows, [[0.5, 1], [0.75, 0.75], [0.875, 2]]) {
        for (estimate, ratio) in zip(row.estimates, expected) {
          #expect(abs(estimate.ratio - ratio) < 0.01, "\(row.name)")
          #expect(estimate.interval.contains(estimate.ratio) && estimate.seeds == 3)
        }
      }
      // Ranks 1 2 3 4 of muon, half, other, adamw beside 2.5 1 4 2.5.
      #expect(abs(study.rankCorrelation - 1.5 / (5 * 4.5).squareRoot()) < 1e-9)
      let text = try #require(try results.files()["README.md"])
      #expect(text.contains("On kjv and sprint, 4 recipes are ranked with a correlation of 0.32"))
      #expect(text.contains("The intervals of muon, other are apart."))
    }
  }

  /// Seconds of runs side by side are no result.
  @Test func secondsArePublishedOfRunsAloneOnly() throws {
    for (parallel, has) in [(1, true), (2, false)] {
      try withResults { results in
        try results.add(
          "a",
          [
            .init(name: "adamw", optimizer: "adamw", loss: 2.8, stop: 100),
            .init(name: "muon", loss: 2.8, stop: 50),
          ], parallel: parallel)
        let files = try results.files()
        let text = try #require(files["README.md"])
        #expect(text.contains("muon needs 0.50x"))
        #expect(text.contains("of its seconds") == has)
        #expect(files["figures/a-curves.svg"]?.contains("seconds of training") == has)
      }
    }
  }

  @Test func anAblationIsWorthSteps() throws {
    try withResults { results in
      try results.add(
        "a", purpose: "ablations",
        [
          .init(name: "muon", loss: 2.9),
          .init(name: "half", settings: ["muon.momentum=0"], loss: 2.95, secondsPerStep: 0.125),
          .init(name: "off", loss: 3.5),
        ])
      let alone = try #require(Ablations.all(in: try results.experiments()).first)
      #expect(alone.rows.allSatisfy { $0.equivalent == nil })
      try results.add(
        "lengths", purpose: "lengths",
        [
          .init(name: "muon-100", steps: 100, loss: 3.0),
          .init(name: "muon-400", steps: 400, loss: 2.8),
        ])
      let rows = try #require(Ablations.all(in: try results.experiments()).first).rows
      #expect(rows.map { $0.equivalent?.text } == ["200", "141", "< 100"])
      #expect(rows[0].difference == nil)
      #expect(abs((rows[1].difference?.mean ?? 0) - 0.05) < 1e-12)
    }
  }

  @Test func stepsToTheTargetComeFromTheBestRate() throws {
    func trials(_ arm: String, _ losses: [Double]) -> [ResultsFixture.Trial] {
      let rate = "\(arm).learning_rate="
      return [
        .init(arm: arm, stage: "rate", settings: ["steps=200", rate + "1"], loss: 2.5),
        .init(arm: arm, stage: "rate", settings: ["steps=200", rate + "2"], loss: losses[0]),
        .init(
          arm: arm, stage: "steps", settings: ["steps=50", rate + "2"], loss: losses[1], steps: 50),
      ]
    }
    try withResults { results in
      for batch in [16, 4] {
        try results.add(
          sweep: "b\(batch)", purpose: "batch", batch: batch,
          trials("adamw", [2.88, 3.0]) + trials("muon", [2.78, 2.98]))
      }
      let study = BatchSizes(try results.experiments())
      #expect(study.sizes.map(\.tokens) == [1024, 4096])
      let size = study.sizes[0]
      #expect(size.arms.map { $0.steps.text } == ["200", "100"])
      #expect(size.arms.map(\.settings) == [["adamw.learning_rate=2*"], ["muon.learning_rate=2*"]])
      #expect(abs((size.ratio(\.steps.value) ?? 0) - 0.5) < 1e-9)
      #expect(abs((size.ratio(\.seconds) ?? 0) - 0.6) < 1e-9)
      #expect(abs((size.arm("muon")?.overhead ?? 0) - 0.2) < 1e-9)
      #expect(study.table.markdown.contains("| muon | `muon.learning_rate=2*` | 100 | 0.50 |"))
      #expect(study.sentences[0].contains("with one seed each"))
      #expect(study.sentences[1].hasPrefix("A star:"))
    }
  }

  @Test(arguments: [nil, 2]) func secondsOfTrialsSideBySideAreLeftOut(parallel: Int?) throws {
    try withResults { results in
      try results.add(
        sweep: "b", purpose: "batch", parallel: parallel,
        ["adamw", "muon"].map { arm in
          .init(arm: arm, settings: ["\(arm).learning_rate=1"], loss: 2.88)
        })
      let study = BatchSizes(try results.experiments())
      #expect(!study.isTimed && study.sizes[0].ratio(\.seconds) == nil)
      #expect(study.sizes[0].arm("muon")?.newtonSchulz.map { $0.ratio > 0 } == true)
      #expect(!study.table.titles.contains { $0.contains("seconds") })
      #expect(study.sentences.last?.hasPrefix("Seconds are left out") == true)
    }
  }

  @Test func theOverheadIsThatOfTheTrialsRule() throws {
    try withResults { results in
      try results.add(
        sweep: "b", purpose: "batch",
        [
          .init(
            arm: "muon", settings: ["muon.learning_rate=1", "muon.newton_schulz=polar-express"],
            loss: 2.8)
        ])
      let size = try #require(BatchSizes(try results.experiments()).sizes.first)
      #expect(size.arm("muon")?.newtonSchulz?.muon.newtonSchulz == .polarExpress)
    }
  }

  @Test func aStageOverTwoKeysIsAGrid() throws {
    func trial(_ rate: String, _ decay: String, _ loss: Double?) -> ResultsFixture.Trial {
      .init(
        arm: "muon", settings: ["muon.weight_decay=\(decay)", "muon.learning_rate=\(rate)"],
        loss: loss)
    }
    try withResults { results in
      try results.add(
        sweep: "s",
        [
          trial("0.1", "0", 3), trial("0.02", "0", 2.9), trial("0.1", "0.3", nil),
          .init(arm: "muon", stage: "other", settings: ["muon.learning_rate=1"], loss: 1),
        ])
      let grids = Sweeps.Grid.all(in: try results.experiments()[0].trials)
      #expect(grids.map(\.stage) == ["search"])
      #expect(grids[0].columnKey == "muon.learning_rate")
      #expect(grids[0].columns == ["0.02", "0.1"])
      #expect(grids[0].values == [[2.9, 3], [nil, .infinity]])
    }
  }
}
