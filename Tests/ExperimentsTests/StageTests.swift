import Autograd
import Experiments
import Runs
import Testing

/// Stages that spread points, stages that give the best more seeds, and plans made of both.
@Suite struct StageTests {
  private static func search(_ stages: String) throws -> Search {
    let text = """
      track = "micro"
      [[arms]]
      name = "adamw"
      optimizer = "adamw"
      set.steps = 40
      \(stages)
      """
    return try Search(PlanFileTests.stages(text), on: .micro, seeds: [0])
  }

  /// The settings of a search's points, without the number of steps.
  private static func settings(_ search: Search) -> [String] {
    search.points.map { point in
      point.settings.map(\.text).filter { $0 != "steps=40" }.joined(separator: " ")
    }
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

  @Test func aScheduleIsLengthenedToWhereItReachesTheTarget() {
    #expect(DerivedPlan.steps(toReach: 2.85, where: 550, endAt: 2.883441863426318) == 681)
    #expect(DerivedPlan.steps(toReach: 2.85, where: 550, endAt: 2.82) == 550, "it is there")
    for loss in [4, 1e300, .infinity] {
      #expect(DerivedPlan.steps(toReach: 2.85, where: 550, endAt: loss) == 1100, "\(loss)")
    }
  }
}
