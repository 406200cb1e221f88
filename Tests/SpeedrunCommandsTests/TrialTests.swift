import Autograd
import Experiments
import Foundation
import Runs
import SpeedrunCommands
import Testing

extension CommandLineTests {
  @Suite(.serialized) struct TrialTests {
    /// A run of four steps, and the trial whose record it left.
    private static func withTrial(_ body: (Trial, CommandLineTool) throws -> Void) throws {
      try withTool { tool in
        let trial = Trial(
          source: try TrackSource(named: "micro"), optimizer: "muon",
          settings: try ["steps=4", "muon.learning_rate=0.01"].map { try Setting($0) }, seed: 3,
          precision: .float32, directory: tool.directory.appendingPathComponent("run"))
        let arguments = trial.arguments(threads: 1).filter { $0 != "--end-with-input" }
        #expect(try tool.run(arguments).status == 3)
        try body(trial, tool)
      }
    }

    @Test func aFinishedTrialIsRecognized() throws {
      try Self.withTrial { trial, tool in
        #expect(tool.contents(of: "run") == ["log.jsonl", "log.txt", "run.json"])
        let record = try #require(try trial.finished()).record
        #expect(record.settings == ["steps=4", "muon.learning_rate=0.01"])
        #expect(record.configuration.training.seed == 3)

        // Said otherwise, the same run.
        var same = trial
        same.settings = try ["muon.learning_rate=0.010", "steps=4", "muon.momentum=0.95"]
          .map { try Setting($0) }
        #expect(try same.finished() != nil)
      }
    }

    @Test func anotherTrialIsNotTakenForIt() throws {
      try Self.withTrial { trial, _ in
        var others = [trial, trial, trial, trial]
        others[0].seed = 4
        others[1].optimizer = "adamw"
        others[1].settings[1] = try Setting("schedule.warmup_steps=0")
        others[2].precision = .bfloat16
        others[3].directory.deleteLastPathComponent()
        for setting in [
          "steps=5", "muon.learning_rate=0.02", "head.betas=[0.1, 0.95]", "schedule.cooldown=0.5",
          "batch=4", "model.layers=1", "target=1",
        ] {
          var other = trial
          other.settings.append(try Setting(setting))
          others.append(other)
        }
        for other in others { #expect(try other.finished() == nil, "\(other)") }
      }
    }

    /// What is done to the files of a run, after which it counts as not run.
    static let damage: [(file: String, part: String, replacement: String?)] = [
      ("run.json", "\"outcome\" : \"missed\"", "\"outcome\" : \"interrupted\""),
      ("run.json", "\"groups\"", "\"group\""),
      ("run.json", "{", nil),
      ("log.jsonl", "{", nil),
    ]

    @Test func aDamagedRecordIsNone() throws {
      try Self.withTrial { trial, _ in
        for (file, part, replacement) in Self.damage {
          let url = trial.directory.appendingPathComponent(file)
          let intact = try String(contentsOf: url, encoding: .utf8)
          try #require(intact.contains(part))
          if let replacement {
            try Data(intact.replacing(part, with: replacement).utf8).write(to: url)
          } else {
            try FileManager.default.removeItem(at: url)
          }
          #expect(try trial.finished() == nil, "\(file) \(part)")
          try Data(intact.utf8).write(to: url)
        }
        #expect(try trial.finished() != nil)
      }
    }

    /// The tests give commands an input that is at its end.
    @Test func aTrialEndsWhenItsInputDoes() throws {
      try Self.withTrial { trial, tool in
        var endless = trial
        endless.settings = [Setting(key: "steps", value: "1000000")]
        let run = try tool.run(endless.arguments(threads: 1))
        #expect(run.status == 130)
      }
    }

    @Test func aRunnerSharesTheCores() {
      #expect(TrialRunner(parallel: 2, cores: 8).threads == 4)
      #expect(TrialRunner(parallel: 3, cores: 2).threads == 1)
      #expect(TrialRunner(parallel: 3, threads: 2, cores: 2).threads == 1)
    }
  }
}
