import Experiments
import Foundation
import Runs
import SpeedrunCommands
import Testing

extension CommandLineTests {
  /// Comparisons that add seeds, and the validations that they rest on.
  @Suite(.serialized) struct UntilDecidedTests {
    /// Two arms of the same rule, adding seeds until one arm is known to be faster; the slower learner needs a longer schedule.
    static let untilDecided = [
      "compare", "--track", "micro", "--set", "val_tokens=512", "--set", "val_every=2",
      "--target", "5", "--arm", "slow=muon,steps=16,embed.learning_rate=0.03", "--arm",
      "muon,steps=8", "--out", "runs", "--until-decided",
    ]

    @Test func seedsAreAddedUntilItIsDecidedAndTheRecordVerifies() throws {
      try withTool { tool in
        let run = try tool.run(Self.untilDecided)
        #expect(run.status == 0, "\(run.messages)")
        let lines = run.messages.split(separator: "\n").filter { $0.hasPrefix("muon 0.") }
        #expect(lines.count >= 3, "\(run.messages)")
        #expect(lines[0].hasSuffix(" after 1 seed, 2 more expected"), "\(lines[0])")
        #expect(lines.last?.hasSuffix(" after \(lines.count) seeds, faster") == true)
        #expect(run.output.contains("muon is faster than slow: it needs 0."), "\(run.output)")
        let record = try ExperimentRecord(in: tool.directory.appendingPathComponent("runs"))
        #expect(record.seeds.count == lines.count && record.question == DecisionRule())
        #expect(record.command.hasPrefix("speedrun compare --track micro"))
        // The first seed has all threads, which changes no bit.
        let verified = try tool.run("verify", "runs")
        #expect(verified.status == 0, "\(verified.output)\(verified.messages)")
        let again = try tool.run("verify", "runs", "--rerun")
        #expect(again.status == 0, "\(again.output)\(again.messages)")

        let result = try String(
          contentsOf: tool.directory.appendingPathComponent("runs/result.json"), encoding: .utf8)
        try tool.write(
          result.replacing("\"faster\"", with: "\"slower\""),
          to: "runs/result.json")
        let edited = try tool.run("verify", "runs")
        #expect(edited.status == 65)
        #expect(edited.output.contains("decisions[0].answer is \"slower\""), "\(edited.output)")
      }
    }

    @Test func equalArmsAreAlikeAndAMissedTargetEndsIt() throws {
      try withTool { tool in
        var arguments = Self.untilDecided
        arguments[arguments.count - 6] = "slow=muon,steps=8"
        let alike = try tool.run(arguments)
        #expect(alike.status == 0, "\(alike.messages)")
        #expect(
          alike.output.contains("muon and slow differ by less than 5 %, if at all: muon 1.00x"))

        let missed = try tool.run(
          arguments.dropLast(3) + ["--out", "other", "--until-decided", "--target", "1"])
        #expect(missed.status == 5)
        #expect(missed.output.contains("does not reach the target with seed 0: more steps"))
        #expect(
          tool.contents(of: "other").count { $0.contains("-seed") } == 2, "one seed is enough")
      }
    }

    /// How much is validated changes nothing about what is validated.
    @Test func glancesLeaveTheLossesThatCountAsTheyAre() throws {
      try withTool { tool in
        func losses(_ name: String, _ more: [String]) throws -> [Int: Double] {
          let run = try tool.run(
            [
              "run", "--track", "micro", "--steps", "32", "--set", "val_every=2", "--quiet",
              "--no-save", "--out", name,
            ] + more)
          #expect([0, 3].contains(run.status), "\(run.messages)")
          let events = try tool.events(of: name).filter { $0["event"] as? String == "val" }
          return Dictionary(
            uniqueKeysWithValues: try events.map {
              (try #require($0["step"] as? Int), try #require($0["val_loss"] as? Double))
            })
        }
        let whole = try losses("whole", [])
        #expect(whole.count == 17)
        let target = try #require(whole[28]) + 1e-6
        #expect(try #require(whole[26]) > target)
        let counted = try losses(
          "glance", ["--set", "val_glance=8", "--set", "val_near=0.05", "--target", "\(target)"])
        for (step, loss) in counted { #expect(whole[step] == loss, "step \(step)") }
        #expect(counted[26] != nil, "the first of the last fifth")
        #expect(counted[28] != nil, "where the target is reached")
        #expect(counted[32] != nil && counted.count < 8)
        let glances = try tool.events(of: "glance").filter { $0["event"] as? String == "glance" }
        #expect(glances.count == 17)
      }
    }
  }
}
