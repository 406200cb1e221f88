import Foundation
import Muon
import Testing
import speedrun

@Suite struct ContestantTests {
  @Test func contestantsAreTheKnownRulesByName() throws {
    #expect(Contestant.allCases.map(\.rawValue) == NamedRule.known.map { $0.name })
    #expect(Contestant.allCases.prefix(2) == [.muon, .adamw])
    #expect(Contestant(rawValue: "sgd") == nil)
    #expect(throws: DecodingError.self) {
      try JSONDecoder().decode(Contestant.self, from: Data(#""sgd""#.utf8))
    }
    // A rule's table lies beside these in a recipe.
    let names = Contestant.allCases.map(\.rawValue) + ["steps", "schedule", "embed", "head"]
    #expect(Set(names).count == names.count)
  }

  @Test(arguments: TrackFile.builtIn)
  func everyContestantHasARecipe(_ file: TrackFile) {
    #expect(Set(file.recipes.keys) == Set(Contestant.allCases))
    for (contestant, recipe) in file.recipes {
      #expect(recipe.hidden.name == contestant.rawValue)
      #expect(recipe.problem == nil)
    }
  }

  @Test func aRecipeNeedsItsRulesTable() throws {
    let toml = try TrackFile.micro.toml()
    let cut = toml.replacing(
      /\[recipes\.muon\.muon(\.newton_schulz)?\]\n([^\[\n]+.*\n?)*/, with: "")
    try #require(cut != toml)
    let error = #expect(throws: UsageError.self) { try TrackFile(toml: cut) }
    #expect(
      error?.message.contains("recipes.muon: the table of the rule is missing") == true,
      "\(error?.message ?? "none")")
  }

  @Test func aRuleOfAnotherRecipeIsUnknown() throws {
    let toml = try TrackFile.micro.toml().replacing(
      "[recipes.muon.muon]", with: "[recipes.muon.adamw]")
    let error = #expect(throws: UsageError.self) { try TrackFile(toml: toml) }
    #expect(error?.message.contains("unknown key 'recipes.muon.adamw'") == true)
  }
}
