import Autograd
import Experiments
import Foundation
import Runs
import Testing

@Suite struct SearchTests {
  /// An arm of AdamW on micro, its stages as TOML.
  private static func search(_ stages: String, set: String = "set.steps = 4") throws -> Search {
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
      point.settings.map(\.text).filter { $0 != "steps=4" }.joined(separator: " ")
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

  private static let spread = """
    [[arms.stages]]
    name = "everywhere"
    points = 4
    ranges.adamw.learning_rate = [0.001, 0.016]
    ranges.adamw.betas = [[0.8, 1], [0.9, 1]]
    ranges.schedule.warmup_steps = [0, 7]
    [[arms.stages]]
    name = "closer"
    points = 2
    around.adamw.learning_rate = [0.5, 2]
    [[arms.stages]]
    name = "more seeds"
    best = 2
    seeds = [5, 6]
    """

  @Test func pointsAreSpreadOverRangesThenAroundTheBest() throws {
    var search = try Self.search(Self.spread)
    #expect(
      Self.settings(search) == [
        // By the logarithm between ends above 0, evenly from 0 on, whole where the key is.
        "adamw.betas=[0.894, 0.949] adamw.learning_rate=0.004 schedule.warmup_steps=4",
        "adamw.betas=[0.946, 0.924] adamw.learning_rate=0.002 schedule.warmup_steps=2",
        "adamw.betas=[0.846, 0.974] adamw.learning_rate=0.008 schedule.warmup_steps=5",
        "adamw.betas=[0.87, 0.936] adamw.learning_rate=0.00566 schedule.warmup_steps=6",
      ])
    for (point, loss) in [4.0, 3, 2, 5].enumerated() { try search.score(loss, ofPoint: point) }
    #expect(
      Self.settings(search).suffix(2).map { $0.split(separator: "] ")[1].split(separator: " ")[0] }
        == ["adamw.learning_rate=0.01131", "adamw.learning_rate=0.005657"],
      "the middle of the factors is the best itself")
  }

  @Test func theBestOfTheFinalsHasWonWhateverALuckySeedSays() throws {
    var search = try Self.search(Self.spread)
    for (point, loss) in [4.0, 3, 2, 5].enumerated() { try search.score(loss, ofPoint: point) }
    for (point, loss) in [(4, 2.5), (5, 1.9)] { try search.score(loss, ofPoint: point) }
    let finals = search.points.suffix(2)
    #expect(finals.map(\.settings) == [5, 2].map { search.points[$0].settings })
    #expect(finals.allSatisfy { $0.seeds == [0, 5, 6] && $0.isFinal })
    try search.score(2.2, ofPoint: 6)
    #expect(search.best?.settings == search.points[5].settings, "the finals are not over")
    try search.score(2.1, ofPoint: 7)
    #expect(search.best?.settings == search.points[2].settings)
    #expect(search.best?.loss == 2.1, "though a point had 1.9 with one seed")
    let arm = search.arm
    #expect(arm.trialCount(seeds: 1) == 4 + 2 + 4)
    #expect(arm.trialCount(seeds: 2) == 8 + 4 + 4)
  }

  /// A stage, and what is said of it.
  static let flawedStages: [(stage: String, said: String)] = [
    ("points = 4", "ranges of 0 numbers"),
    ("points = 0\nranges.head.learning_rate = [1, 2]", "points: it must be"),
    ("ranges.head.learning_rate = [1, 2]", "points: it must be"),
    ("points = 2\nranges.head.learning_rate = [2, 1]", "must be [least, greatest]"),
    ("points = 2\nranges.head.learning_rate = [1, 2, 3]", "must be [least, greatest]"),
    ("points = 2\nranges.adamw.betas = [0.5, 0.9]", "1 range for 2 numbers"),
    ("points = 2\naround.head.learning_rate = [0, 2]", "factors above 0"),
    ("points = 2\naround.adamw.betas = [[0.5, 0.9], [0.5, 0.9]]", "must be [least, greatest]"),
    ("points = 2\nranges.head.learning_rate = [1, 2]\naround.head.learning_rate = [1, 2]", "both"),
    ("points = 2\nvalues.steps = [1, 2]", "values or factors and points with ranges"),
    ("best = 2", "best and seeds go together"),
    ("seeds = [4]", "best and seeds go together"),
    ("best = 0\nseeds = [4]", "best and seeds go together"),
    ("best = 2\nseeds = [0]", "every point has run with seed 0"),
    (
      "best = 2\nseeds = [4]\n[[arms.stages]]\nname = \"x\"\nvalues.steps = [1]",
      "only the last stage"
    ),
    ("", "there is nothing to try"),
  ]

  @Test(arguments: flawedStages.indices)
  func flawsOfStagesAreNamed(_ index: Int) throws {
    let (stage, said) = Self.flawedStages[index]
    let text = """
      track = "micro"
      [[arms]]
      name = "adamw"
      optimizer = "adamw"
      [[arms.stages]]
      name = "first"
      values.head.learning_rate = [0.01]
      [[arms.stages]]
      name = "second"
      \(stage)
      """
    let error = #expect(throws: UsageError.self) { try PlanFileTests.plan(text) }
    #expect(error?.message.contains(said) == true, "\(error?.message ?? "none")")
    #expect(error?.message.contains("arm adamw, stage ") == true)
  }

  @Test(arguments: ["muon", "adamw", "lion"])
  func aPlanIsMadeOfARecipe(_ optimizer: String) throws {
    let source = try TrackSource(named: "micro")
    let text = try DerivedPlan(for: optimizer, on: source, precision: .float32).text
    let plan = try PlanFileTests.plan(text)
    #expect(plan.trialCount == 32)
    let keys = plan.arms[0].keys
    #expect(
      Set(keys).isSuperset(of: [
        "\(optimizer).learning_rate", "\(optimizer).weight_decay", "embed.learning_rate",
        "head.learning_rate", "schedule.warmup_steps", "schedule.cooldown",
      ]), "\(keys)")
    #expect(keys.contains { $0.contains("beta") || $0.hasSuffix(".momentum") })
    // The middle of all ranges is the recipe, but for what has fixed ends.
    let recipe = try source.definition.recipe(for: optimizer)
    let first = try Search(plan.arms[0], on: source.definition, seeds: [0]).points[0].settings
    for key in keys where key.hasSuffix("learning_rate") {
      let value = try #require(first.first { $0.key == key }.flatMap { Double($0.value) })
      #expect(abs(value / (Double(recipe.settings[key] ?? "") ?? 0) - 1) < 0.01, "\(key)")
    }
  }
}
