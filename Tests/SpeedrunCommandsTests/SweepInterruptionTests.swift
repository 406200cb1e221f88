import Autograd
import Experiments
import Foundation
import Muon
import Runs
import SpeedrunCommands
import Testing

extension CommandLineTests {
  /// Searches that are killed or asked to end, and go on.
  @Suite(.serialized) struct SweepInterruptionTests {
    @Test func aKilledSweepLosesTheRunningTrialsOnly() throws {
      try withTool { tool in
        try tool.write(SweepCommandTests.plan, to: "plan.toml")
        _ = try tool.run("prepare", "--corpus", "micro")
        let process = tool.process(SweepCommandTests.arguments)
        try process.runAndWait {
          tool.waitForTrials(3)
          kill(process.processIdentifier, SIGKILL)
        }
        #expect(process.terminationReason == .uncaughtSignal)
        #expect(tool.childrenEnd(), "the trials end with the sweep")
        let finished = try tool.trials()
        #expect((3..<12).contains(finished.count))
        let before = try finished.map { try tool.identity(of: $0.run) }

        let second = try tool.run(SweepCommandTests.arguments)
        #expect(second.status == 0, "\(second.messages)")
        let trials = try tool.trials()
        #expect(trials.count == 12)
        #expect(finished.allSatisfy { trials.contains($0) }, "same lines")
        #expect(try finished.map { try tool.identity(of: $0.run) } == before, "none ran again")
        #expect(
          trials.map { "\($0.arm) \($0.stage)" }
            == ["adamw", "muon", "muon-rms"].flatMap { arm in
              ["coarse", "coarse", "fine", "fine"].map { "\(arm) \($0)" }
            }, "the order of the plan")
        #expect(
          Set(tool.contents(of: "sweep/runs")) == Set(trials.map { String($0.run.dropFirst(5)) }))
        for trial in trials {
          let run = "sweep/\(trial.run)"
          #expect(tool.contents(of: run) == ["log.jsonl", "log.txt", "run.json"], "no weights")
          let record = try RunRecord(in: tool.directory.appendingPathComponent(run))
          #expect(record.result.finalValLoss == trial.finalValLoss)
          #expect(record.settings == trial.settings)
        }

        // Around the best of the coarse stage, which has the lower loss.
        let coarse = trials[4..<6].min { ($0.finalValLoss ?? 9) < ($1.finalValLoss ?? 9) }
        let center = try #require(
          coarse?.settings.last?.split(separator: "=").last.flatMap { Double($0) })
        let fine = trials[6..<8].compactMap {
          $0.settings.last?.split(separator: "=").last.flatMap { Double($0) }
        }
        #expect(zip(fine, [0.7, 1.4]).allSatisfy { abs($0 / center / $1 - 1) < 1e-3 }, "\(fine)")

        let text = try tool.lines(of: "sweep/trials.jsonl")
        let third = try tool.run(SweepCommandTests.arguments + ["--json"])
        #expect(third.status == 0)
        #expect(try tool.lines(of: "sweep/trials.jsonl") == text)
        let file = try tool.lines(of: "sweep/result.json").joined(separator: "\n") + "\n"
        #expect(third.output == file)
        let result = try JSONDecoder().decode(Ranking.self, from: Data(third.output.utf8))
        #expect(result.trials == 12 && result.otherRecords == 0)
        for (number, arm) in result.arms.enumerated() {
          let losses = trials[4 * number..<4 * number + 4].compactMap(\.finalValLoss).sorted()
          #expect(arm.best.compactMap(\.loss) == losses)
        }
      }
    }

    @Test func controlCInterruptsTheTrialsAndAChangedPlanUsesWhatItCan() throws {
      try withTool { tool in
        try tool.write(SweepCommandTests.plan, to: "plan.toml")
        _ = try tool.run("prepare", "--corpus", "micro")
        let process = tool.process(SweepCommandTests.arguments)
        try process.runAndWait {
          tool.waitForTrials(2)
          let other = try? tool.run(SweepCommandTests.arguments)
          #expect(other?.status == 74)
          #expect(other?.messages.contains("another sweep is writing there") == true)
          process.interrupt()
        }
        #expect(process.terminationReason == .exit)
        #expect(process.terminationStatus == 130)
        #expect(tool.childrenEnd())
        let finished = try tool.trials()
        #expect((2..<12).contains(finished.count))

        // The first trial has no place in the new plan; the second has.
        try tool.write(
          try SweepCommandTests.plan.replacing("[0.005, 0.02]", with: "[0.03, 0.02]"),
          to: "plan.toml")
        let kept = try tool.identity(of: finished[1].run)
        let run = try tool.run(SweepCommandTests.arguments)
        #expect(run.status == 0, "\(run.messages)")
        #expect(run.messages.contains("the plan has changed"), "\(run.messages)")
        #expect(
          run.output.contains("1 record in the directory are not of this plan")
            || finished.count > 2)
        let trials = try tool.trials()
        #expect(trials.count == 12)
        #expect(!trials.contains(finished[0]))
        #expect(trials.contains(finished[1]))
        #expect(try tool.identity(of: finished[1].run) == kept)
      }
    }

    @Test func controlCDoesNotWaitForTheEndOfTrials() throws {
      try withTool { tool in
        try tool.write(
          SweepCommandTests.plan.replacing("steps = 20", with: "steps = 1000000"), to: "plan.toml")
        _ = try tool.run("prepare", "--corpus", "micro")
        let process = tool.process(SweepCommandTests.arguments)
        func hasBegun(_ run: String) -> Bool {
          (try? !tool.lines(of: "sweep/runs/\(run)/log.txt").isEmpty) ?? false
        }
        try process.runAndWait {
          for _ in 0..<6000 where !tool.contents(of: "sweep/runs").contains(where: hasBegun) {
            Thread.sleep(forTimeInterval: 0.01)
          }
          process.interrupt()
        }
        #expect(process.terminationStatus == 130)
        #expect(tool.childrenEnd())
        let records = tool.contents(of: "sweep/runs").compactMap { run in
          try? RunRecord(in: tool.directory.appendingPathComponent("sweep/runs/\(run)"))
        }
        #expect(records.contains { $0.outcome == .interrupted })
        #expect(!tool.contents(of: "sweep").contains("trials.jsonl"), "none has finished")
      }
    }

    /// Two points that need the same run, and one that diverges.
  }
}
