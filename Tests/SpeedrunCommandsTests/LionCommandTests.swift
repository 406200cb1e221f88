import Autograd
import Experiments
import Foundation
import Muon
import Runs
import SpeedrunCommands
import Testing

/// Lion has a file, a place among the known rules and a recipe, and nothing else: enough for everything.
extension CommandLineTests {
  @Suite(.serialized) struct LionCommandTests {
    @Test func aRegisteredRuleTrains() throws {
      try withTool { tool in
        let run = try tool.run(
          "--optimizer", "lion", "--track", "micro", "--steps", "100", "--set",
          "lion.weight_decay=0.25", "--target", "2", "--json", "--quiet", "--no-save")
        #expect(run.status == 0, "\(run.messages)")
        let record = try JSONDecoder().decode(RunRecord.self, from: Data(run.output.utf8))
        #expect(record.optimizer == "lion")
        #expect(record.configuration.groups.map(\.name) == ["lion", "embed", "head"])
        let rule = try #require(record.configuration.groups[0].rule.rule as? Lion)
        let recipe = try #require(TrackDefinition.micro.recipes[Lion.name])
        #expect(rule.weightDecay == 0.25)
        #expect(rule.learningRate == (recipe.hidden.rule as? Lion)?.learningRate)
        #expect(record.result.newtonSchulzCalls == 0)
        // Uniform guesses score 5.55; embedding and head alone come to 1.79 in as many steps.
        #expect(try #require(record.result.finalValLoss) < 1.5)
      }
    }

    @Test func itsTimeIsNotAnotherRules() throws {
      try withTool { tool in
        let report = try tool.run(
          "benchmark", "--optimizer", "lion", "--json", "--steps", "1", "--configuration",
          "vocabulary=257,model_dim=64,heads=2,layers=1,context=64,batch=4"
        ).json()
        let split = try #require(report["split"] as? [String: Any])
        let parts = try #require(split["parts"] as? [[String: Any]]).map { $0["name"] as? String }
        #expect(parts.suffix(3) == ["gradient sum", "AdamW", "other rules"])
      }
    }

    @Test func itsPlanIsFair() throws {
      let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
        .deletingLastPathComponent().deletingLastPathComponent()
      _ = try Request(
        contentsOf: root.appendingPathComponent("results/sweeps/lion-micro.toml"))
    }
  }
}
