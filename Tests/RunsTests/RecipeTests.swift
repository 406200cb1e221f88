import Muon
import Runs
import Testing

@Suite struct RecipeTests {
  @Test func rulesAreKnownByName() {
    let names = Registry.builtIn.ruleNames
    #expect(names == ["muon", "adamw", "lion", "sgd"])
    // A rule's table lies beside these in a recipe.
    let all = names + ["steps", "schedule", "embed", "head"]
    #expect(Set(all).count == all.count)
  }

  @Test(arguments: Registry.builtIn.tracks)
  func everyRuleHasARecipe(_ definition: TrackDefinition) throws {
    // The baseline of text is AdamW, that of images gradient descent.
    let other = definition.track.isOfImages ? Lion.name : SGD.name
    #expect(
      Set(definition.recipes.keys) == Set(Registry.builtIn.ruleNames).subtracting([other]))
    for (name, recipe) in definition.recipes {
      #expect(recipe.optimizer == name)
      #expect(recipe.problem == nil)
      #expect(try definition.recipe(for: name) == recipe)
    }
    #expect(throws: UsageError.self) { try definition.recipe(for: "no-such-rule") }
  }

  @Test func aRecipeNeedsItsRulesTable() throws {
    let toml = try TrackDefinition.micro.toml()
    let cut = toml.replacing(
      /\[recipes\.muon\.muon(\.newton_schulz)?\]\n([^\[\n]+.*\n?)*/, with: "")
    try #require(cut != toml)
    let error = #expect(throws: UsageError.self) { try TrackDefinition(toml: cut) }
    #expect(
      error?.message.contains("recipes.muon: the table of the rule is missing") == true,
      "\(error?.message ?? "none")")
  }

  @Test func aRuleOfAnotherRecipeIsUnknown() throws {
    let toml = try TrackDefinition.micro.toml().replacing(
      "[recipes.muon.muon]", with: "[recipes.muon.adamw]")
    let error = #expect(throws: UsageError.self) { try TrackDefinition(toml: toml) }
    #expect(error?.message.contains("unknown key 'recipes.muon.adamw'") == true)
  }

  /// A rule that this package does not have: every element by its gradient's sign.
  private struct Signs: ElementwiseRule {
    static let name = "signs"
    var learningRate = 0.01

    func update(_ elements: UpdateElements, at step: UpdateStep) {
      for i in elements.indices { elements.weights[i] -= elements.gradient[i] > 0 ? 0.1 : -0.1 }
    }
  }

  @Test func anAddedRuleHasATableOfItsOwn() throws {
    let usual = try TrackDefinition.micro.recipe(for: "adamw")
    var registry = Registry.builtIn
    registry.rules.add(Signs.self)
    let micro = try #require(registry.tracks.firstIndex { $0.track.name == "micro" })
    registry.tracks[micro].recipes["signs"] = Recipe(
      steps: 29, schedule: usual.schedule, hidden: Signs(), embed: usual.embed, head: usual.head)
    #expect(registry.ruleNames.last == "signs")
    try registry.whileCurrent {
      let definition = try registry.track(named: "micro")
      #expect(try TrackDefinition(toml: definition.toml()) == definition)
      let changed = try definition.applying([Setting("signs.learningRate=3")], for: "signs")
      #expect((changed.recipes["signs"]?.hidden.rule as? Signs)?.learningRate == 3)
    }
    #expect(throws: UsageError.self) {
      try registry.track(named: "micro").applying([Setting("signs.learningRate=3")], for: "signs")
    }
  }

  /// A rule runs everywhere as soon as it is there, by AdamW's recipe, until it has one of its own.
  @Test func aRuleWithoutARecipeRunsByThatOfAdamW() throws {
    var registry = Registry.builtIn
    registry.rules.add(Signs.self)
    registry.untunedRules["signs"] = Signs()
    try registry.whileCurrent {
      for name in registry.trackNames {
        let definition = try registry.track(named: name)
        let (own, usual) = (
          try definition.recipe(for: "signs"), try definition.recipe(for: "adamw")
        )
        #expect(own.hidden == NamedRule(Signs()))
        #expect(own.steps == usual.steps && own.schedule == usual.schedule)
        #expect(own.embed == usual.embed && own.head == usual.head)
        #expect(definition.isUntuned("signs") && !definition.isUntuned("adamw"))
        var tuned = definition
        tuned.recipes["signs"]?.steps += 1
        #expect(!tuned.isUntuned("signs"))
      }
      let changed = try registry.track(named: "kjv")
        .applying([Setting("signs.learningRate=3")], for: "signs")
      #expect((changed.recipes["signs"]?.hidden.rule as? Signs)?.learningRate == 3)
    }
  }
}
