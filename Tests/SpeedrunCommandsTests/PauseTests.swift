import Experiments
import Foundation
import Runs
import Testing
import Text

/// Comparisons in which the clock went on while nothing else did.
@Suite struct PausedComparisonTests {
  @Test func aPauseMovesNoRatioOfSeconds() throws {
    try withResults { results in
      var arms: [ResultsFixture.Arm] = [
        .init(name: "adamw", optimizer: "adamw", stop: 180), .init(name: "muon", stop: 130),
      ]
      try results.add("usual", arms)
      arms[0].pause = .seconds(4)
      try results.add("paused", arms)
      func verdict(_ name: String) throws -> Verdict {
        let file = results.records.appendingPathComponent("\(name)/result.json")
        return try JSON.decoded(Verdict.self, from: [UInt8](try Data(contentsOf: file)))
      }
      let (paused, usual) = (try verdict("paused"), try verdict("usual"))
      #expect(paused.verdicts[0].ratios == usual.verdicts[0].ratios)
      #expect(paused.arms[0].optimizerShare == usual.arms[0].optimizerShare)
      let stop = try #require(paused.arms[0].stop)
      #expect(stop.seconds == 45 && abs((stop.rawSeconds ?? 0) - 45 - 4 / 3.0) < 1e-9)
      #expect(paused.arms[0].steadyTrainSeconds == usual.arms[0].trainSeconds)
      #expect(paused.arms[1].stop?.rawSeconds == nil)
      #expect(
        paused.warnings == [
          "adamw stood still, seed 1 for 4.0 s at step 3; where seconds are compared, such a step "
            + "counts as the median step"
        ])
      #expect(paused.text.contains("  with pauses"))
      #expect(usual.warnings == [] && !usual.text.contains("pauses"))
    }
  }
}

/// Comparisons of which a run was interrupted, and went on on a slower machine.
@Suite struct ResumedComparisonTests {
  @Test func aResumedRunMovesNoRatioOfSeconds() throws {
    try withResults { results in
      var arms: [ResultsFixture.Arm] = [
        .init(name: "adamw", optimizer: "adamw", stop: 180), .init(name: "muon", stop: 130),
      ]
      try results.add("usual", arms)
      arms[0].slowdownOfResumed = 2
      try results.add("resumed", arms)
      func verdict(_ name: String) throws -> Verdict {
        let file = results.records.appendingPathComponent("\(name)/result.json")
        return try JSON.decoded(Verdict.self, from: [UInt8](try Data(contentsOf: file)))
      }
      let (resumed, usual) = (try verdict("resumed"), try verdict("usual"))
      #expect(resumed.verdicts[0].ratios == usual.verdicts[0].ratios)
      let stop = try #require(resumed.arms[0].stop)
      // 180 steps of 0.25 s; with seed 1 as it was, a third more.
      #expect(stop.seconds == 45 && stop.rawSeconds == 60)
      #expect(
        resumed.warnings == [
          "adamw: 1 of 3 runs were interrupted and resumed (seed 1); where seconds are compared, they count as the "
            + "mean of the others"
        ])
    }
  }
}

/// Comparisons of which some runs were made on another kind of machine, which is slower.
@Suite struct MixedMachineTests {
  /// Gives `body` what a comparison has found, and the same one with seeds of each arm made elsewhere.
  private func withVerdicts(
    elsewhere adamw: [UInt64], _ muon: [UInt64],
    _ body: (_ usual: Verdict, _ mixed: Verdict, ExperimentRecord) throws -> Void
  ) throws {
    try withResults { results in
      var arms: [ResultsFixture.Arm] = [
        .init(name: "adamw", optimizer: "adamw", stop: 180), .init(name: "muon", stop: 130),
      ]
      try results.add("usual", arms)
      arms[0].slowdownElsewhere = (adamw, 3)
      arms[1].slowdownElsewhere = (muon, 3)
      try results.add("mixed", arms)
      func verdict(_ name: String) throws -> Verdict {
        let file = results.records.appendingPathComponent("\(name)/result.json")
        return try JSON.decoded(Verdict.self, from: [UInt8](try Data(contentsOf: file)))
      }
      let record = try ExperimentRecord(in: results.records.appendingPathComponent("mixed"))
      try body(try verdict("usual"), try verdict("mixed"), record)
    }
  }

  @Test func secondsAreThoseOfTheKindOfMachineThatMadeMost() throws {
    try withVerdicts(elsewhere: [1], [2]) { usual, mixed, record in
      #expect(mixed.verdicts[0].ratios == usual.verdicts[0].ratios)
      #expect(mixed.arms.map(\.stop?.seconds) == usual.arms.map(\.stop?.seconds))
      #expect(mixed.arms.map(\.trainSeconds) == usual.arms.map(\.trainSeconds))
      #expect(mixed.warnings.count == 2)
      #expect(mixed.warnings[0].hasPrefix("adamw: 1 of 3 runs were not made on "))
      #expect(mixed.warnings[1].hasPrefix("muon: 1 of 3 runs were not made on "))
      #expect(mixed.warnings[1].contains("(seed 2); where seconds are compared, they count as"))
      #expect(Set(record.machines.map(\.cpuModel)) == [nil, 17] && !record.ranAlone)
    }
  }

  @Test func armsOnMachinesOfDifferentKindsDoNotCompare() throws {
    try withVerdicts(elsewhere: [], [0, 1, 2]) { usual, mixed, _ in
      #expect(mixed.verdicts[0].ratios?.steps == usual.verdicts[0].ratios?.steps)
      #expect(mixed.warnings.count == 1)
      #expect(mixed.warnings[0].hasPrefix("the runs' seconds do not compare: "))
    }
  }
}

extension CommandLineTests {
  /// Runs that stood still, and what is said of it.
  @Suite(.serialized) struct PauseTests {
    /// Makes a run of a record take four seconds more in one step, and the record again.
    private static func pause(_ run: String, in directory: URL) throws {
      let record = try ExperimentRecord(in: directory)
      var experiment = try Experiment(try Request(of: record), in: directory)
      while let (trial, found) = try experiment.next() {
        var finished = try #require(found)
        if trial.name == run {
          var log = RunLog(finished.log.plan)
          for event in finished.log.events {
            switch event {
            case .train(let event):
              var step = finished.log.steps[event.step]
              if event.step == 5 { step.time += .seconds(4) }
              _ = log.train(step)
            case .validation(let event):
              _ = log.validate(loss: event.loss, bitsPerByte: event.bitsPerByte)
            case .glance, .diagnostics: break
            }
          }
          var result = finished.record
          result.result = log.result(
            of: RunRecord.Process(
              wallSeconds: result.result.wallSeconds + 4,
              startupSeconds: result.result.startupSeconds,
              newtonSchulzCalls: result.result.newtonSchulzCalls,
              peakResidentBytes: result.result.peakResidentBytes))
          finished = FinishedRun(trial: trial, record: result, log: log)
          for (name, bytes) in try finished.files {
            try Data(bytes).write(to: trial.directory.appendingPathComponent(name))
          }
        }
        try experiment.note(finished)
      }
      try experiment.writeRecord(command: record.command, parallel: record.parallel)
    }

    @Test func whatIsSaidOfAPauseIsVerified() throws {
      try VerifyTests.withComparison { tool in
        let name = "results/records/small"
        try Self.pause("muon-seed1", in: tool.directory.appendingPathComponent(name))
        let verified = try tool.run("verify", name)
        #expect(verified.status == 0, "\(verified.output)")
        let record = try Record(copying: name, to: "edited", in: tool)
        #expect(try record.text("result.json").contains("muon stood still, seed 1 for 4.0 s at"))
        let said = try record.text("muon-seed1/run.json")
        try record.edit("muon-seed1/run.json", line: nil, "\"steady_train_seconds\" : 0.", digit: 1)
        let edited = try tool.run("verify", "edited")
        #expect(edited.status == 65)
        #expect(
          edited.output.contains("run.json: result.pauses.steady_train_seconds is "),
          "\(edited.output)")
        try record.write(
          said.replacing(/"pauses" : \{[^}]*\},/.dotMatchesNewlines(), with: ""),
          to: "muon-seed1/run.json")
        let silent = try tool.run("verify", "edited").output
        #expect(
          silent.contains("run.json: result.pauses is missing; the log makes it"), "\(silent)")
      }
    }

    /// A stop may fall into the little that is not timed, but not all of them.
    @Test func aProcessThatWasStoppedSaysSo() throws {
      try withTool { tool in
        let process = tool.process([
          "run", "--track", "micro", "--steps", "400", "--set", "val_every=400", "--set",
          "val_tokens=512", "--no-save", "--quiet", "--out", "run",
        ])
        let log = tool.directory.appendingPathComponent("run/log.jsonl").path
        func size() -> Int {
          (try? FileManager.default.attributesOfItem(atPath: log))?[.size] as? Int ?? 0
        }
        try process.runAndWait {
          for _ in 0..<4 {
            let before = size()
            while process.isRunning, size() < before + 5000 { usleep(1000) }
            kill(process.processIdentifier, SIGSTOP)
            usleep(600_000)
            kill(process.processIdentifier, SIGCONT)
          }
        }
        #expect(process.terminationStatus == 0)
        let record = try RunRecord(in: tool.directory.appendingPathComponent("run"))
        let pauses = try #require(record.result.pauses)
        #expect(record.result.trainSeconds - pauses.steadyTrainSeconds > 0.1)
      }
    }
  }
}
