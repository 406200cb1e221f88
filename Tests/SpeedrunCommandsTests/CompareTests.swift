import Autograd
import Experiments
import Foundation
import NanoGPT
import Runs
import SpeedrunCommands
import Testing

extension CommandLineTests {
  /// Comparisons of runs of a few steps on the smallest track.
  @Suite(.serialized) struct CompareTests {
    /// Two arms of the same rule: one learns, the other hardly.
    static let small = [
      "compare", "--track", "micro", "--set", "val_tokens=512", "--set", "val_every=2", "--set",
      "steps=8", "--target", "5", "--arm",
      "slow=muon,embed.learning_rate=0.03,head.learning_rate=0.002", "--arm", "muon",
      "--out", "runs",
    ]

    private func bytes(_ path: String, in tool: CommandLineTool) throws -> Data {
      try Data(contentsOf: tool.directory.appendingPathComponent(path))
    }

    @Test func armsRunInTurnsOnTheSameSeedsAndAreComparedByTheirLogs() throws {
      try withTool { tool in
        let run = try tool.run(Self.small + ["--seeds", "3", "--first-seed", "5", "--json"])
        #expect(run.status == 0, "\(run.messages)")
        let seeds = [5, 6, 7]
        let order = seeds.flatMap { ["slow-seed\($0)", "muon-seed\($0)"] }
        #expect(
          tool.contents(of: "runs")
            == (order + ["live.html", "record.json", "result.json", "runs.csv", "runs.jsonl"])
            .sorted())
        let said = run.messages.split(separator: "\n").filter { $0.hasPrefix("[") }
        #expect(said.count == 6)
        for (index, (line, name)) in zip(said, order).enumerated() {
          #expect(line.hasPrefix("[\(index + 1)/6] \(name): loss "), "\(line)")
        }
        #expect(tool.contents(of: "runs/muon-seed5") == ["log.jsonl", "log.txt", "run.json"])

        let report = try run.json()
        #expect(try bytes("runs/result.json", in: tool) == Data(run.output.utf8))
        #expect(report["seeds"] as? [Int] == seeds)
        #expect((report["compute"] as? [String: Any])?["runs"] as? Int == 6)
        #expect(report["target"] as? Double == 5)
        let arms = try #require(report["arms"] as? [[String: Any]])
        #expect(arms.map { $0["name"] as? String } == ["slow", "muon"])
        #expect(
          arms[0]["settings"] as? [String] == [
            "embed.learning_rate=0.03", "head.learning_rate=0.002",
          ])
        for (arm, name) in zip(arms, ["slow", "muon"]) {
          // What the report says of an arm is what its logs say.
          let stop = try #require(arm["stop"] as? [String: Any])
          let step = try #require(stop["step"] as? Int)
          let events = try seeds.map { seed in
            try #require(
              try tool.events(of: "runs/\(name)-seed\(seed)").first {
                $0["event"] as? String == "val" && $0["step"] as? Int == step
              })
          }
          let loss = try #require((stop["loss"] as? [String: Any])?["mean"] as? Double)
          let losses = try events.map { try #require($0["val_loss"] as? Double) }
          #expect(abs(loss - losses.reduce(0, +) / 3) < 1e-12)
          let seconds = try events.map { try #require($0["train_seconds"] as? Double) }
          let mean = try #require(stop["seconds"] as? Double)
          #expect(abs(mean - seconds.reduce(0, +) / 3) < 1e-12)
          #expect(stop["tokens"] as? Int == step * 8 * 64)
          #expect(try #require(stop["p"] as? Double) < 0.01)
          #expect(arm["shortfall"] is NSNull)
          #expect(stop["previous_step"] as? Int == step - 2, "every second step is validated")
        }
        let verdict = try #require((report["verdicts"] as? [[String: Any]])?.first)
        #expect(verdict["arm"] as? String == "muon" && verdict["baseline"] as? String == "slow")
        let ratios = try #require(verdict["ratios"] as? [String: Any])
        let steps = try #require((ratios["steps"] as? [String: Any])?["value"] as? Double)
        let stops = try arms.map {
          try #require(($0["stop"] as? [String: Any])?["step"] as? Double)
        }
        #expect(steps == stops[1] / stops[0])
      }
    }

    @Test func whatIsThereIsNotRunAgain() throws {
      try withTool { tool in
        let first = try tool.run(Self.small + ["--seeds", "3", "--json"])
        #expect(first.status == 0, "\(first.messages)")
        let again = try tool.run(Self.small + ["--seeds", "3", "--json", "--no-run"])
        #expect(again.output == first.output && again.messages.isEmpty)

        let kept = try bytes("runs/slow-seed1/run.json", in: tool)
        try FileManager.default.removeItem(
          at: tool.directory.appendingPathComponent("runs/muon-seed1"))
        // As in a fresh clone: the run is in the pack.
        let packed = try tool.run(Self.small + ["--seeds", "3", "--json", "--no-run"])
        #expect(packed.output == first.output && packed.messages.isEmpty)
        try Record(at: "runs", in: tool).unpack()
        // Without one run, its seed does not count, in either arm.
        let incomplete = try tool.run(Self.small + ["--seeds", "3", "--json", "--no-run"])
        #expect(incomplete.status == 5)
        #expect(try incomplete.json()["seeds"] as? [Int] == [0, 2])

        let resumed = try tool.run(Self.small + ["--seeds", "3"])
        #expect(resumed.status == 0)
        let said = resumed.messages.split(separator: "\n").filter { $0.hasPrefix("[") }
        #expect(said.count == 1 && said[0].hasPrefix("[4/6] muon-seed1: "), "\(said)")
        #expect(try bytes("runs/slow-seed1/run.json", in: tool) == kept)
        #expect(resumed.output.contains("muon needs 0."), "\(resumed.output)")
      }
    }

    @Test func theRecordSaysWhatWasCompared() throws {
      try withTool { tool in
        let arguments =
          Self.small + ["--seeds", "2", "--purpose", "lengths", "--title", "How long?"]
        #expect(try tool.run(arguments + ["--parallel", "2"]).status == 5)
        let directory = tool.directory.appendingPathComponent("runs")
        let record = try ExperimentRecord(in: directory)
        #expect(record.kind == .comparison && record.purpose == .lengths)
        #expect(record.title == "How long?")
        #expect(record.command.hasPrefix("speedrun compare --track micro --set val_tokens=512 "))
        #expect(record.command.hasSuffix(" --title 'How long?' --parallel 2"))
        #expect(record.seeds == [0, 1] && record.track.target == 5 && record.track.batch == 8)
        #expect(record.base == .micro)
        #expect(
          record.settings == ["val_tokens=512", "val_every=2", "steps=8", "target=5.0"])
        #expect(record.arms.map(\.name) == ["slow", "muon"])
        #expect(record.arms[1].settings.isEmpty && record.arms[0].settings.count == 2)
        let runs = try ["slow-seed0", "muon-seed0", "slow-seed1", "muon-seed1"].map {
          try RunRecord(in: directory.appendingPathComponent($0))
        }
        #expect(record.compute.runs == 4)
        let seconds = runs.reduce(0) { $0 + $1.result.trainSeconds }
        #expect(abs(record.compute.trainSeconds - seconds) < 1e-9)
        #expect(record.machines.count == 1 && record.machines[0].threads >= 1)
        #expect(record.files.count == 13)
        for (path, checksum) in record.files {
          #expect(SHA256.hexadecimal([UInt8](try bytes("runs/\(path)", in: tool))) == checksum)
        }

        // The same runs evaluated again leave the same record, whenever that is.
        let file = try bytes("runs/record.json", in: tool)
        for name in tool.contents(of: "runs/muon-seed1") {
          try FileManager.default.setAttributes(
            [.modificationDate: Date(timeIntervalSince1970: 0)],
            ofItemAtPath: directory.appendingPathComponent("muon-seed1/\(name)").path)
        }
        #expect(try tool.run(arguments + ["--parallel", "2", "--no-run"]).status == 5)
        #expect(try bytes("runs/record.json", in: tool) == file)
      }
    }

    @Test func tooFewSeedsHaveNoVerdict() throws {
      try withTool { tool in
        let run = try tool.run(Self.small + ["--seeds", "2"])
        #expect(run.status == 5)
        #expect(run.output.contains("no verdict on muon against slow:\n  muon has 2 seeds"))
        #expect(run.complaints.count == 1)
        #expect(run.messages.contains("--seeds 3\n"))
        let report = try tool.run(Self.small + ["--seeds", "2", "--no-run", "--json"]).json()
        let arms = try #require(report["arms"] as? [[String: Any]])
        #expect(try arms.allSatisfy { try #require($0["more_seeds"] as? Int) >= 1 })
        let verdict = try #require((report["verdicts"] as? [[String: Any]])?.first)
        #expect(verdict["ratios"] is NSNull)
      }
    }

    @Test func anArmThatDivergesHasNoVerdict() throws {
      try withTool { tool in
        let run = try tool.run(
          Self.small + ["--arm", "bad=muon,embed.learning_rate=1e39", "--seeds", "3"])
        #expect(run.status == 5)
        #expect(run.output.contains("\nmuon needs 0."), "\(run.output)")
        #expect(
          run.output.contains(
            "\nno verdict on bad against slow:\n  bad diverged with seed 0: more seeds cannot help")
        )
        #expect(run.messages.contains("[3/9] bad-seed0: diverged after "))
        #expect(run.complaints.isEmpty, "no number of seeds is asked for")
      }
    }

    @Test func runsOfOtherSettingsOrDataAreNotMixedIn() throws {
      try withTool { tool in
        let one = Self.small + ["--seeds", "1", "--quiet"]
        #expect(try tool.run(one).status == 5)
        let record = try bytes("runs/muon-seed0/run.json", in: tool)
        let changed = try tool.run(one + ["--set", "head.learning_rate=0.001"])
        #expect(changed.status == 64)
        #expect(
          changed.messages.contains(
            "runs/muon-seed0 holds another run: head.learning_rate is 0.016 there and 0.001 here"))
        #expect(try bytes("runs/muon-seed0/run.json", in: tool) == record)

        let text = String(decoding: record, as: UTF8.self)
        let checksum = try #require(text.firstMatch(of: /"sha256" : "([0-9a-f]{64})"/)?.output.1)
        let other = text.replacing(checksum, with: String(checksum.reversed()))
        try Data(other.utf8).write(
          to: tool.directory.appendingPathComponent("runs/muon-seed0/run.json"))
        let mixed = try tool.run(one + ["--no-run"])
        #expect(mixed.status == 65)
        #expect(mixed.messages.contains("not trained on the same data"), "\(mixed.messages)")
      }
    }

    /// Commands that are wrong, and what the error must name.
    static let mistakes: [(arguments: [String], said: String)] = [
      (["--arm", "no-such-rule"], "'no-such-rule'"),
      (["--arm", "muon", "--arm", "muon"], "two arms are called 'muon'"),
      (
        ["--arm", "adamw,batch=4", "--arm", "muon"],
        "arm adamw: batch=4 changes what the track fixes for all arms"
      ),
      (["--arm", "muon,muon.lerning_rate=1"], "did you mean 'muon.learning_rate'"),
      (["--set", "batch=4"], "no target"),
      (["--seeds", "0"], "--seeds 0"),
      (["--parallel", "0"], "--parallel 0"),
      (["--purpose", "search"], "--purpose search: that is for sweeps"),
    ]

    @Test(arguments: mistakes)
    func mistakesAreKnownAtOnce(_ arguments: [String], said: String) throws {
      try withTool { tool in
        let run = try tool.run(["compare", "--track", "micro"] + arguments)
        #expect(run.status == 64)
        #expect(run.messages.contains(said), "\(run.messages)")
        #expect(run.complaints.count(where: { $0.hasPrefix("error:") }) == 1)
        #expect(tool.contents(of: ".").isEmpty)
      }
    }

    @Test func withoutRunsThereIsNothingToEvaluate() throws {
      try withTool { tool in
        let run = try tool.run("compare", "--track", "micro", "--no-run")
        #expect(run.status == 66)
        #expect(run.messages.contains("no seed has finished in every arm"), "\(run.messages)")
        #expect(tool.contents(of: ".").isEmpty)
      }
    }
  }
}
