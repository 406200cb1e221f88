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
