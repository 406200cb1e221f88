import Autograd
import Experiments
import Foundation
import Runs
import Testing

@Suite struct SearchTests {
  /// An arm of AdamW on micro, its stages as TOML.
  private static func search(_ stages: String, set: String = "set.steps = 20") throws -> Search {
    let text = """
      track = "micro"
      [[arms]]
      name = "adamw"
      optimizer = "adamw"
      \(set)
      \(stages)
      """
    return try Search(PlanFileTests.stages(text), on: .micro, seeds: [0])
  }

  /// The settings of a search's points, without the number of steps.
  private static func settings(_ search: Search) -> [String] {
    search.points.map { point in
      point.settings.map(\.text).filter { $0 != "steps=20" }.joined(separator: " ")
    }
  }

  private static let twoStages = """
    [[arms.stages]]
    name = "coarse"
    values.adamw.learning_rate = [0.01, 0.03]
    values.adamw.weight_decay = [0, 0.1]
    [[arms.stages]]
    name = "fine"
    factors.adamw.learning_rate = [0.7, 1.4]
    """

  @Test func aStageGoesAroundTheBestOfTheEarlierOnes() throws {
    var search = try Self.search(Self.twoStages)
    #expect(
      Self.settings(search) == [
        "adamw.learning_rate=0.01 adamw.weight_decay=0",
        "adamw.learning_rate=0.01 adamw.weight_decay=0.1",
        "adamw.learning_rate=0.03 adamw.weight_decay=0",
        "adamw.learning_rate=0.03 adamw.weight_decay=0.1",
      ])
    // In another order than the plan's, and one diverged.
    for (point, loss) in [(3, 2.0), (0, 3.0), (1, Double.infinity)] {
      try search.score(loss, ofPoint: point)
    }
    #expect(search.points.count == 4, "a stage begins when the one before is complete")
    try search.score(2, ofPoint: 2)
    #expect(search.best?.settings == search.points[2].settings, "the first of equals")
    #expect(
      Self.settings(search).suffix(2) == [
        "adamw.learning_rate=0.021 adamw.weight_decay=0",
        "adamw.learning_rate=0.042 adamw.weight_decay=0",
      ])
    #expect(search.points.map(\.stage) == ["coarse", "coarse", "coarse", "coarse", "fine", "fine"])
  }

  @Test func aStageThatFindsNothingBetterIsForgotten() throws {
    var search = try Self.search(
      Self.twoStages + """

        [[arms.stages]]
        name = "head"
        values.head.learning_rate = [0.5]
        """)
    for (point, loss) in [1.0, 3, 3, 3].enumerated() { try search.score(loss, ofPoint: point) }
    for point in [4, 5] { try search.score(1.5, ofPoint: point) }
    #expect(
      Self.settings(search).last
        == "adamw.learning_rate=0.01 adamw.weight_decay=0 head.learning_rate=0.5")
  }

  @Test func whereEverythingDivergedTheSearchGoesOnFromTheFirst() throws {
    var search = try Self.search(Self.twoStages)
    for point in 0..<4 { try search.score(.infinity, ofPoint: point) }
    #expect(Self.settings(search)[4] == "adamw.learning_rate=0.007 adamw.weight_decay=0")
    for point in [4, 5] { try search.score(.infinity, ofPoint: point) }
    #expect(search.best?.loss == .infinity)
    #expect(try search.edges().isEmpty)
  }

  /// A key the arm does not set has the value of the track's recipe; whole numbers stay whole.
  @Test func factorsAreOnTheRecipesValuesToo() throws {
    let search = try Self.search(
      """
      [[arms.stages]]
      name = "all"
      factors.schedule.warmup_steps = [0.33, 1]
      factors.head.learning_rate = [1, 0.3333]
      """)
    // The recipe has 20 steps and 0.016.
    #expect(
      Self.settings(search) == [
        "head.learning_rate=0.016 schedule.warmup_steps=7",
        "head.learning_rate=0.016 schedule.warmup_steps=20",
        "head.learning_rate=0.005333 schedule.warmup_steps=7",
        "head.learning_rate=0.005333 schedule.warmup_steps=20",
      ])
  }

  @Test func aRateInTheMiddleMayBeAtTheEndOnceTheMomentumHasChanged() throws {
    var search = try Self.search(
      """
      [[arms.stages]]
      name = "rate"
      values.adamw.learning_rate = [0.01, 0.02, 0.04]
      [[arms.stages]]
      name = "decay"
      values.adamw.weight_decay = [0.1, 0.2, 0.3]
      [[arms.stages]]
      name = "rate again"
      factors.adamw.learning_rate = [0.8, 1.25]
      """)
    for (point, loss) in [3.0, 2.0, 3.0, 2.5, 1.9, 2.5, 2.0, 1.8].enumerated() {
      try search.score(loss, ofPoint: point)
    }
    #expect(
      try search.edges().map(\.text) == [
        "adamw.learning_rate = 0.025 is the highest value tried (0.016 to 0.025): try higher ones"
      ])
  }

  /// Losses of the four coarse points, and the edges they leave.
  static let landscapes: [(losses: [Double], edges: [String])] = [
    // 0.03 and 0.1 are the highest tried.
    (
      [4, 3, 2, 1],
      [
        "adamw.learning_rate = 0.03 is the highest value tried (0.01 to 0.03): try higher ones",
        "adamw.weight_decay = 0.1 is the highest value tried (0 to 0.1): try higher ones",
      ]
    ),
    // 0.01 is the lowest; below a decay of 0 there is nothing.
    (
      [1, 2, 3, 4],
      ["adamw.learning_rate = 0.01 is the lowest value tried (0.01 to 0.03): try lower ones"]
    ),
  ]

  @Test(arguments: landscapes)
  func anOptimumAtTheEdgeIsNoticed(_ losses: [Double], _ edges: [String]) throws {
    let coarse = Self.twoStages.components(separatedBy: "[[arms.stages]]\nname = \"fine\"")[0]
    var search = try Self.search(coarse)
    for (point, loss) in losses.enumerated() { try search.score(loss, ofPoint: point) }
    #expect(try search.edges().map(\.text) == edges)
  }

  @Test func aFinerStageMovesTheOptimumAwayFromTheEdge() throws {
    var search = try Self.search(Self.twoStages)
    for (point, loss) in [4.0, 4, 1, 2].enumerated() { try search.score(loss, ofPoint: point) }
    try search.score(3, ofPoint: 4)
    try search.score(3, ofPoint: 5)
    // 0.01, 0.021, 0.03, 0.042.
    #expect(try search.edges().isEmpty)
  }

  /// The value of the recipe has been tried where the key is not set.
  @Test func theRecipesValueCountsAsTried() throws {
    var search = try Self.search(
      """
      [[arms.stages]]
      name = "head"
      values.head.learning_rate = [0.004, 0.008]
      [[arms.stages]]
      name = "embedding"
      values.embed.learning_rate = [0.1, 0.3]
      """)
    for (point, loss) in [2.0, 1, 3, 3].enumerated() { try search.score(loss, ofPoint: point) }
    #expect(
      try search.edges().map(\.text) == [
        "embed.learning_rate = 1 is the highest value tried (0.1 to 1): try higher ones",
        "head.learning_rate = 0.008 is the highest value tried (0.004 to 0.008): try higher ones",
      ])
  }

  /// Of AdamW's betas the first is the lowest tried, 0.8, and the second, 0.95, between others.
  @Test func everyNumberOfAListHasItsOwnEnds() throws {
    var search = try Self.search(
      """
      [[arms.stages]]
      name = "betas"
      values.adamw.betas = [[0.9, 0.9], [0.9, 0.95], [0.9, 0.99]]
      [[arms.stages]]
      name = "first beta"
      values.adamw.betas = [[0.8, 0.95], [0.95, 0.95]]
      """)
    for (point, loss) in [3.0, 2, 3, 1, 3].enumerated() { try search.score(loss, ofPoint: point) }
    #expect(
      try search.edges().map(\.text) == [
        "adamw.betas[0] = 0.8 is the lowest value tried (0.8 to 0.95): try lower ones"
      ])
  }

  @Test func settingsArePastedAsTheyAre() throws {
    let settings = [("steps", "200"), ("muon.scale", "rms"), ("embed.betas", "[0.8, 0.95]")]
      .map { Setting(key: $0, value: $1) }
    #expect(
      settings.map(\.option)
        == ["--set steps=200", "--set muon.scale=rms", "--set 'embed.betas=[0.8, 0.95]'"])
    #expect(
      settings.map(\.toml) == ["steps = 200", "muon.scale = \"rms\"", "embed.betas = [0.8, 0.95]"])
  }
}
