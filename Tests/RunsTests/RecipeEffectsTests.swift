import Muon
import Runs
import Testing

/// Values that are each in range and make no sense together.
@Suite struct RecipeEffectsTests {
  /// The micro track with settings for an optimizer.
  private func micro(_ optimizer: String, _ texts: [String]) throws -> Recipe {
    let settings = try texts.map { try Setting($0) }
    return try TrackDefinition.micro.applying(settings, for: optimizer).recipe(for: optimizer)
  }

  static let refused: [(optimizer: String, settings: [String], said: String)] = [
    ("adamw", ["steps=19"], "adamw.schedule.warmup_steps 20 is above the run's 19 steps"),
    (
      "muon", ["steps=9", "muon.momentum_warmup.from=0.5", "muon.momentum_warmup.steps=10"],
      "muon.momentum_warmup.steps 10 is above the run's 9 steps"
    ),
    ("muon", ["head.learning_rate=0"], "muon.head.learning_rate 0.0 is 0 in float32"),
    ("muon", ["head.learning_rate=1e-60"], "the run would end where it began"),
    (
      "lion", ["lion.learning_rate=0", "embed.learning_rate=0", "head.learning_rate=0"],
      "lion.learning_rate, embed.learning_rate, head.learning_rate are 0 in float32"
    ),
  ]

  @Test(arguments: refused)
  func whatCannotBeMeantIsRefused(_ optimizer: String, _ settings: [String], _ said: String) throws
  {
    let error = #expect(throws: UsageError.self) { try micro(optimizer, settings) }
    #expect(error?.message.contains(said) == true, "\(error?.message ?? "none")")
  }

  static let suspicious: [(optimizer: String, settings: [String], said: String)] = [
    ("muon", ["muon.learning_rate=0"], "muon.learning_rate is 0.0: what it moves stays as it is"),
    ("muon", ["embed.learning_rate=0"], "embed.learning_rate is 0.0"),
    ("adamw", ["adamw.weight_decay=200"], "adamw: learning_rate 0.005 times weight_decay 200.0"),
    ("adamw", ["steps=30"], "no learning rate gets above 0.8 of its value"),
  ]

  @Test(arguments: suspicious)
  func whatIsOnlyUnusualIsWarnedOf(_ optimizer: String, _ settings: [String], _ said: String) throws
  {
    let warnings = try micro(optimizer, settings).warnings
    #expect(warnings.count == 1 && warnings[0].contains(said), "\(warnings)")
  }

  @Test(arguments: Registry.builtIn.tracks)
  func builtInRecipesAreNot(_ definition: TrackDefinition) {
    for recipe in definition.recipes.values { #expect(recipe.warnings.isEmpty) }
  }
}
