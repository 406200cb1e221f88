import Foundation
import NanoGPT
import Runs
import Testing

extension CommandLineTests {
  @Suite struct EvaluateTests {
    private static let long = [
      "--track", "micro", "--steps", "60", "--set", "schedule.warmup_steps=0", "--set",
      "val_tokens=4096", "--quiet",
    ]

    private struct Evaluation: Decodable {
      struct Group: Decodable {
        let tokens, targets: Int
        let loss: Double?
      }

      let run: String
      let loss, accuracy: Double
      let lastWords, lastWordsFound: Int
      let groups: [Group]
    }

    @Test func theLossIsThatOfTheRecordPartByPart() throws {
      try withTool { tool in
        for (name, optimizer) in [("a", "muon"), ("b", "adamw")] {
          let run = try tool.run(Self.long + ["--optimizer", optimizer, "--out", name])
          #expect([0, 3].contains(run.status), "\(run.messages)")
        }
        let run = try tool.run("evaluate", "a", "b", "--json")
        #expect(run.status == 0, "\(run.messages)")
        let decoder = JSONDecoder()
        decoder.keyDecodingStrategy = .convertFromSnakeCase
        let results = try decoder.decode([Evaluation].self, from: Data(run.output.utf8))
        #expect(results.map(\.run) == ["a", "b"])
        for result in results {
          let record = try RunRecord(in: tool.directory.appendingPathComponent(result.run))
          let loss = try #require(record.result.finalValLoss)
          #expect(abs(result.loss - loss) < 1e-5, "\(result.loss) and \(loss)")
          #expect(result.groups.count == 10 && result.groups.map(\.tokens).reduce(0, +) == 257)
          let sum = result.groups.reduce(0) { $0 + ($1.loss ?? 0) * Double($1.targets) }
          #expect(abs(sum / 4096 - loss) < 1e-5)
          #expect((0.2...1).contains(result.accuracy))
          #expect(
            result.lastWords > 100 && (0...result.lastWords).contains(result.lastWordsFound))
        }
        let one = try tool.run("evaluate", "a", "--threads", "1", "--json").output
        #expect(
          try decoder.decode([Evaluation].self, from: Data(one.utf8))[0].loss
            == results[0].loss)

        let table = try tool.run("evaluate", "a", "b").output
        #expect(table.contains("1. tenth") && table.contains("loss of b"), "\(table)")
        #expect(table.contains("last word right"))
      }
    }

    @Test func aRunWithDiagnosticsEndsByIt() throws {
      try withTool { tool in
        let run = try tool.run(Self.long + ["--diagnostics-every", "30", "--out", "a"])
        #expect([0, 3].contains(run.status), "\(run.messages)")
        let record = try RunRecord(in: tool.directory.appendingPathComponent("a"))
        let found = try #require(record.result.evaluation)
        let json = try tool.run("evaluate", "a", "--json").output
        let again = try #require(
          try JSONDecoder().decode([TextEvaluation].self, from: Data(json.utf8)).first)
        #expect(found == again)
        #expect(found.largestScore > 0 && found.largestAttentionScores.count == 2)
        // Queries and keys are normalized: 32 of 0.12 at most.
        #expect(found.largestAttentionScores.allSatisfy { $0 > 0 && $0 < 0.12 * 32 * 1.001 })
        _ = try tool.run(Self.long + ["--out", "plain"])
        let plain = try RunRecord(in: tool.directory.appendingPathComponent("plain"))
        #expect(plain.result.evaluation == nil)
      }
    }

    @Test func whatCannotBeEvaluatedIsSaid() throws {
      try withTool { tool in
        _ = try tool.run(Self.long + ["--out", "a", "--no-save"])
        let unsaved = try tool.run("evaluate", "a")
        #expect(unsaved.status == 66 && unsaved.messages.contains("--no-save"))
        #expect(try tool.run("evaluate", "nowhere").status == 66)
        #expect(try tool.run("evaluate").status == 64)
      }
    }
  }
}
