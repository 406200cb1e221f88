import Autograd
import Experiments
import Foundation
import Muon
import Runs
import SpeedrunCommands
import Testing

extension CommandLineTests {
  /// Whole searches on micro, of a second or two.
  @Suite(.serialized) struct SweepCommandTests {
    /// The committed plan: 12 trials.
    static var plan: String {
      get throws {
        let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
          .deletingLastPathComponent().deletingLastPathComponent()
        return try String(
          contentsOf: root.appendingPathComponent("results/sweeps/micro.toml"), encoding: .utf8)
      }
    }

    static let arguments = ["sweep", "plan.toml", "--out", "sweep"]

    @Test func aKilledSweepLosesTheRunningTrialsOnly() throws {
      try withTool { tool in
        try tool.write(Self.plan, to: "plan.toml")
        _ = try tool.run("prepare", "--corpus", "micro")
        let process = tool.process(Self.arguments)
        try process.runAndWait {
          tool.waitForTrials(3)
          kill(process.processIdentifier, SIGKILL)
        }
        #expect(process.terminationReason == .uncaughtSignal)
        #expect(tool.childrenEnd(), "the trials end with the sweep")
        let finished = try tool.trials()
        #expect((3..<12).contains(finished.count))
        let before = try finished.map { try tool.identity(of: $0.run) }

        let second = try tool.run(Self.arguments)
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
        let third = try tool.run(Self.arguments + ["--json"])
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
        try tool.write(Self.plan, to: "plan.toml")
        _ = try tool.run("prepare", "--corpus", "micro")
        let process = tool.process(Self.arguments)
        try process.runAndWait {
          tool.waitForTrials(2)
          let other = try? tool.run(Self.arguments)
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
          try Self.plan.replacing("[0.005, 0.02]", with: "[0.03, 0.02]"), to: "plan.toml")
        let kept = try tool.identity(of: finished[1].run)
        let run = try tool.run(Self.arguments)
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
          Self.plan.replacing("steps = 20", with: "steps = 1000000"), to: "plan.toml")
        _ = try tool.run("prepare", "--corpus", "micro")
        let process = tool.process(Self.arguments)
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
    @Test func equalTrialsRunOnceAndDivergedOnesStay() throws {
      try withTool { tool in
        try tool.write(
          """
          track = "micro"
          seeds = [0, 1]
          [[arms]]
          name = "adamw"
          optimizer = "adamw"
          set.steps = 4
          set.schedule.warmup_steps = 0
          set.val_tokens = 512
          [[arms.stages]]
          name = "coarse"
          values.embed.learning_rate = [1e39, 0.3]
          [[arms.stages]]
          name = "decay"
          values.embed.learning_rate = [0.3]
          factors.adamw.weight_decay = [2]
          """, to: "plan.toml")
        let run = try tool.run(Self.arguments + ["--parallel", "3"])
        #expect(run.status == 0, "\(run.messages)")
        let trials = try tool.trials()
        #expect(trials.map(\.seed) == [0, 1, 0, 1, 0, 1])
        #expect(trials.prefix(2).allSatisfy { $0.outcome == .diverged && $0.finalValLoss == nil })
        #expect(trials.dropFirst(2).allSatisfy { $0.outcome == .completed })
        #expect(trials[2].finalValLoss != trials[3].finalValLoss)
        #expect(trials[4].finalValLoss == trials[2].finalValLoss, "a decay of 0 doubled is 0")
        #expect(
          run.output.contains("adamw: 6 trials, 2 of them diverged"), "\(run.output)")
        #expect(run.output.contains("embed.learning_rate = 0.3 is the lowest value tried"))
      }
    }

    /// A log that does not fit on the disk.
    @Test func aTrialThatFailsStopsTheSweepAndSaysWhy() throws {
      try withTool { tool in
        // A record fits, a log of so many steps does not.
        try tool.write(
          Self.plan.replacing("set.steps = 20", with: "set.steps = 80"), to: "plan.toml")
        _ = try tool.run("prepare", "--corpus", "micro")
        let run = try tool.run(Self.arguments, fileSizeLimit: 6)
        #expect(run.status == 74, "\(run.messages)")
        #expect(run.complaints.count { $0.hasPrefix("error:") } == 1, "\(run.messages)")
        #expect(run.messages.contains("error: trial sweep/runs/adamw-"), "\(run.messages)")
        #expect(run.messages.contains("log.jsonl"), "\(run.messages)")
        #expect(tool.childrenEnd())
      }
    }

    /// From a recipe to a verdict, on a track of four steps.
    @Test func anOptimizerIsSearchedAndComparedByOneCommand() throws {
      try withTool { tool in
        var definition = TrackDefinition.micro
        definition.track.valTokens = 512
        definition.track.target = 5.6
        for name in definition.recipes.keys {
          definition.recipes[name]?.steps = 4
          definition.recipes[name]?.schedule.warmupSteps = 0
        }
        try tool.write(try definition.toml(), to: "small.toml")
        let run = try tool.run(
          "sweep", "--optimizer", "lion", "--track-file", "small.toml", "--quiet")
        #expect([0, 5].contains(run.status), "\(run.messages)")
        let lines = try String(
          contentsOf: tool.directory.appendingPathComponent(
            "results/sweeps/micro-lion/trials.jsonl"),
          encoding: .utf8
        ).split(separator: "\n")
        #expect(lines.count == 32)
        #expect(run.output.contains("lion: 32 trials"), "\(run.output)")
        let names = tool.contents(of: "results/comparisons")
        let comparison = "results/comparisons/\(names.first ?? "")"
        #expect(names.count == 1 && names[0].hasPrefix("micro-adamw-lion-"))
        let record = try ExperimentRecord(
          in: tool.directory.appendingPathComponent(comparison))
        #expect(record.seeds == Array(3...12), "seeds that the search has not seen")
        #expect(record.arms.map(\.name) == ["adamw", "lion"])
        for path in ["results/sweeps/micro-lion", comparison] {
          let verified = try tool.run("verify", path)
          #expect(verified.status == 0, "\(verified.output)\(verified.messages)")
        }
      }
    }

    @Test(arguments: [
      (["sweep"], "either a plan file or --optimizer"),
      (["sweep", "plan.toml", "--optimizer", "muon"], "either a plan file or --optimizer"),
      (["sweep", "plan.toml", "--against", "muon"], "are the plan's"),
      (["sweep", "--optimizer", "muon", "--set", "steps=4"], "write them into a plan"),
      (["sweep", "--optimizer", "mouon"], "mouon"),
      (["sweep", "--optimizer", "muon", "--json"], "add --against none"),
    ])
    func whatDoesNotFitIsRefused(_ arguments: [String], _ said: String) throws {
      try withTool { tool in
        let run = try tool.run(arguments)
        #expect(run.status == 64, "\(run.messages)")
        #expect(run.messages.contains(said), "\(run.messages)")
      }
    }

    @Test func aDryRunShowsTheTrials() throws {
      try withTool { tool in
        try tool.write(Self.plan, to: "plan.toml")
        let run = try tool.run("sweep", "plan.toml", "--dry-run")
        #expect(run.status == 0, "\(run.messages)")
        #expect(run.output.contains("adamw.learning_rate=best x 0.7"))
        #expect(run.output.contains("\n12 trials in all\n"), "\(run.output)")
        #expect(tool.contents(of: ".") == ["plan.toml"])
      }
    }

    static let usage: [(arguments: [String], status: Int32, said: String)] = [
      (["sweep"], 64, "plan"),
      (["sweep", "none.toml"], 66, "none.toml: no such file"),
      (["sweep", "unequal.toml"], 64, "adamw 5, muon 4, muon-rms 4"),
      (["sweep", "plan.toml", "--parallel", "0"], 64, "--parallel 0"),
      (["sweep", "plan.toml", "--dry-run", "--json"], 64, "--json"),
    ]

    @Test func wrongUsageIsOneClearLine() throws {
      try withTool { tool in
        try tool.write(Self.plan, to: "plan.toml")
        try tool.write(
          Self.plan.replacing("[0.005, 0.02]", with: "[0.005, 0.01, 0.02]"), to: "unequal.toml")
        for (arguments, status, said) in Self.usage {
          let run = try tool.run(arguments)
          #expect(run.status == status, "\(arguments)")
          #expect(run.messages.contains(said), "\(run.messages)")
          #expect(run.complaints.count(where: { $0.hasPrefix("error:") }) == 1)
        }
        #expect(tool.contents(of: ".") == ["plan.toml", "unequal.toml"])
      }
    }
  }
}

extension CommandLineTool {
  func write(_ text: String, to path: String) throws {
    try Data(text.utf8).write(to: directory.appendingPathComponent(path))
  }

  /// The lines of the sweep's `trials.jsonl`.
  fileprivate func trials() throws -> [TrialLine] {
    try lines(of: "sweep/trials.jsonl").map {
      try JSONDecoder().decode(TrialLine.self, from: Data($0.utf8))
    }
  }

  /// Waits until as many trials have finished.
  fileprivate func waitForTrials(_ count: Int) {
    for _ in 0..<6000 where ((try? trials().count) ?? 0) < count {
      Thread.sleep(forTimeInterval: 0.01)
    }
  }

  /// What changes when a trial's files are written again.
  fileprivate func identity(of run: String) throws -> [String] {
    try ["run.json", "log.jsonl"].map { name in
      let path = directory.appendingPathComponent("sweep/\(run)/\(name)").path
      let attributes = try FileManager.default.attributesOfItem(atPath: path)
      let parts = [attributes[.systemFileNumber], attributes[.modificationDate]]
      return "\(parts)"
    }
  }

  /// Whether soon no process is left that was started in this directory.
  fileprivate func childrenEnd() -> Bool {
    for _ in 0..<500 {
      let processes = (try? FileManager.default.contentsOfDirectory(atPath: "/proc")) ?? []
      let isAnyLeft = processes.contains { process in
        (FileManager.default.contents(atPath: "/proc/\(process)/cmdline"))
          .map { String(decoding: $0, as: UTF8.self).contains(directory.path) } ?? false
      }
      if !isAnyLeft { return true }
      Thread.sleep(forTimeInterval: 0.01)
    }
    return false
  }
}
