import Foundation
import NanoGPT
import Runs
import Testing

extension CommandLineTests {
  /// Runs that are killed or asked to end, and go on as if nothing had happened.
  @Suite(.serialized) struct ResumeTests {
    private static let long = [
      "--track", "micro", "--steps", "90", "--set", "val_tokens=512", "--quiet",
    ]

    /// Starts a run, and gives it to `body` when its log has so many lines.
    private func start(
      _ tool: CommandLineTool, _ arguments: [String], untilLines count: Int,
      _ body: (Process) -> Void
    ) throws -> Process {
      let process = tool.process(arguments + ["--out", "run"])
      let log = tool.directory.appendingPathComponent("run/log.jsonl").path
      try process.runAndWait {
        for _ in 0..<6000 {
          let bytes = FileManager.default.contents(atPath: log) ?? Data()
          if bytes.count(where: { $0 == UInt8(ascii: "\n") }) >= count { break }
          Thread.sleep(forTimeInterval: 0.005)
        }
        body(process)
      }
      return process
    }

    /// The log without what no two runs have in common: times.
    private func log(_ tool: CommandLineTool, _ run: String) throws -> String {
      try tool.text(of: "\(run)/log.jsonl").replacing(
        /"(step_ms|optimizer_ms|tokens_per_second|train_seconds)":[^,}]+/, with: "")
    }

    private func expectEqual(_ tool: CommandLineTool, _ run: String, _ other: String) throws {
      #expect(try log(tool, run) == log(tool, other))
      let weights = try [run, other].map {
        try Data(contentsOf: tool.directory.appendingPathComponent("\($0)/model.safetensors"))
      }
      #expect(weights[0] == weights[1])
      let records = try [run, other].map {
        try RunRecord(in: tool.directory.appendingPathComponent($0))
      }
      #expect(records[0].outcome == records[1].outcome)
      #expect(records[0].result.finalValLoss == records[1].result.finalValLoss)
      #expect(records[0].result.newtonSchulzCalls == records[1].result.newtonSchulzCalls)
      #expect(tool.contents(of: run) == tool.contents(of: other), "no checkpoint is left behind")
    }

    /// Killed twice at any moment, by any rule, and resumed with another number of threads.
    @Test(arguments: ["muon", "adamw", "lion"])
    func whatIsKilledGoesOnBitForBit(_ rule: String) throws {
      try withTool { tool in
        let arguments = Self.long + ["--optimizer", rule, "--diagnostics-every", "20"]
        #expect([0, 3].contains(try tool.run(arguments + ["--out", "whole"]).status))
        let killed = try start(
          tool, arguments + ["--checkpoint-every", "5", "--threads", "1"], untilLines: 30
        ) { kill($0.processIdentifier, SIGKILL) }
        #expect(killed.terminationReason == .uncaughtSignal)
        let again = tool.process([
          "run", "--resume", "run", "--quiet", "--checkpoint-every", "5", "--threads", "2",
        ])
        try again.runAndWait {
          Thread.sleep(forTimeInterval: 0.7)
          kill(again.processIdentifier, SIGKILL)
        }
        // On a fast machine it has come to its end before.
        if tool.contents(of: "run").contains(RunCheckpoint.name) {
          let last = try tool.run("run", "--resume", "run", "--quiet")
          #expect([0, 3].contains(last.status), "\(last.messages)")
        }
        try expectEqual(tool, "run", "whole")
        let interruptions = try #require(
          try RunRecord(in: tool.directory.appendingPathComponent("run")).result.interruptions)
        #expect((1...2).contains(interruptions.count))
        #expect(interruptions[0].step >= 5 && interruptions[0].step.isMultiple(of: 5))
        #expect(interruptions[0].signal == nil)
      }
    }

    /// A system that shuts down and a terminal that closes are as polite as Control-C.
    @Test(arguments: [(SIGINT, "SIGINT"), (SIGTERM, "SIGTERM"), (SIGHUP, "SIGHUP")])
    func whoeverAsksGetsACheckpoint(_ signal: Int32, _ name: String) throws {
      try withTool { tool in
        #expect([0, 3].contains(try tool.run(Self.long + ["--out", "whole"]).status))
        let asked = try start(tool, Self.long, untilLines: 20) {
          kill($0.processIdentifier, signal)
        }
        #expect(asked.terminationReason == .exit)
        #expect(asked.terminationStatus == 130)
        let again = try tool.run(Self.long + ["--out", "run"])
        #expect(again.status == 74, "what is there is not lost by typing the same again")
        #expect(again.messages.contains("holds this run, interrupted after"), "\(again.messages)")
        #expect(again.messages.contains("run --resume run"), "\(again.messages)")
        #expect([0, 3].contains(try tool.run("run", "--resume", "run", "--quiet").status))
        try expectEqual(tool, "run", "whole")
        let record = try RunRecord(in: tool.directory.appendingPathComponent("run"))
        #expect(record.result.interruptions?.map(\.signal) == [name])
        #expect(record.result.interruptions?.map(\.repeatedSteps) == [0])
      }
    }

    /// What would make other numbers is named.
    @Test func anotherRunIsRefused() throws {
      try withTool { tool in
        _ = try tool.run("prepare", "--corpus", "micro", "--out", "data")
        _ = try start(tool, Self.long + ["--data", "data"], untilLines: 20) { $0.interrupt() }
        func refusal(_ arguments: String...) throws -> String {
          let run = try tool.run(["run", "--resume", "run", "--quiet"] + arguments)
          #expect(run.status == 64, "\(run.messages)")
          return run.messages
        }
        #expect(
          try refusal("--optimizer", "adamw").contains("optimizer is muon there and adamw here"))
        #expect(try refusal("--seed", "7").contains("seed is 0 there and 7 here"))
        #expect(try refusal("--set", "muon.momentum=0.5").contains("muon.momentum is"))
        #expect(try refusal("--track", "kjv").contains("there and"))
        #expect(try refusal("--out", "x").contains("--resume excludes --out"))

        let file = tool.directory.appendingPathComponent("run/run.json")
        let record = try String(contentsOf: file, encoding: .utf8)
        let products = try #require(record.firstMatch(of: /"products" : "([^"]+)"/)).1
        try Data(
          record.replacing("\"products\" : \"\(products)\"", with: "\"products\" : \"abacus\"").utf8
        )
        .write(to: file)
        #expect(
          try refusal().contains("the matrix products are those of \(products), and were abacus"))
        try Data(record.utf8).write(to: file)

        let shard = tool.directory.appendingPathComponent("data/train_000000.bin")
        var bytes = try Data(contentsOf: shard)
        bytes[bytes.count - 2] ^= 1
        try bytes.write(to: shard)
        let changed = try tool.run("run", "--resume", "run", "--quiet")
        #expect([64, 65].contains(changed.status))
        #expect(changed.messages.contains("SHA-256"), "\(changed.messages)")
        #expect(try tool.run("run", "--resume", "nowhere").status == 66)
      }
    }

    /// The last good checkpoint stays, and training goes on.
    @Test func aFullDiskCostsNoTraining() throws {
      try withTool { tool in
        let arguments = Self.long + ["--no-save", "--checkpoint-every", "10", "--out", "run"]
        _ = try tool.run("prepare", "--corpus", "micro")
        // The logs fit in 100 kB, a checkpoint of this model does not.
        let run = try tool.run(arguments, fileSizeLimit: 100)
        #expect([0, 3].contains(run.status), "\(run.messages)")
        #expect(run.messages.contains("warning: no checkpoint: "), "\(run.messages)")
        #expect(run.messages.contains("File too large"), "\(run.messages)")
        #expect(tool.contents(of: "run") == ["log.jsonl", "log.txt", "run.json"])
      }
    }

    @Test func twoRunsNeverWriteInOneDirectory() throws {
      try withTool { tool in
        let arguments = Self.long + ["--steps", "1000000"]
        _ = try start(tool, arguments, untilLines: 3) { process in
          for other in [Self.long + ["--out", "run", "--force"], ["run", "--resume", "run"]] {
            let second = try? tool.run(other)
            #expect(second?.status == 74)
            #expect(second?.messages.contains("another run is writing there") == true)
          }
          process.interrupt()
        }
      }
    }

    @Test func puristsKeepNothing() throws {
      try withTool { tool in
        let run = try start(tool, Self.long + ["--no-checkpoint"], untilLines: 10) {
          $0.interrupt()
        }
        #expect(run.terminationStatus == 130)
        #expect(!tool.contents(of: "run").contains(RunCheckpoint.name))
        #expect(try tool.run("run", "--resume", "run").status == 66)
      }
    }

    /// Starts a comparison of one seed, gives it to `body` while its first run goes on, and waits for its end.
    private func startComparison(
      _ tool: CommandLineTool, _ arguments: [String], _ body: (Process) -> Void
    ) throws -> Process {
      let process = tool.process(arguments)
      let log = tool.directory.appendingPathComponent("comparison/adamw-seed0/log.jsonl").path
      try process.runAndWait {
        for _ in 0..<6000
        where ((FileManager.default.contents(atPath: log) ?? Data()).count) < 3000 {
          Thread.sleep(forTimeInterval: 0.005)
        }
        body(process)
      }
      return process
    }

    private static func comparison(steps: Int) -> [String] {
      [
        "compare", "--track", "micro", "--arm", "adamw", "--arm", "muon,steps=30", "--seeds", "1",
        "--set", "steps=\(steps)", "--out", "comparison", "--quiet",
      ]
    }

    /// A trial that was running when its comparison was asked to end goes on from its checkpoint.
    @Test func comparisonsResumeTheirTrials() throws {
      try withTool { tool in
        let arguments = Self.comparison(steps: 300)
        let process = try startComparison(tool, arguments) { $0.terminate() }
        #expect(process.terminationStatus == 130)
        let again = try tool.run(arguments)
        #expect(again.status == 5, "one seed allows no verdict: \(again.messages)")
        #expect(again.output.contains("adamw: 1 of 1 runs were interrupted and resumed (seed 0)"))
        let record = try RunRecord(
          in: tool.directory.appendingPathComponent("comparison/adamw-seed0"))
        #expect(record.result.interruptions?.count == 1)
        let verified = try tool.run("verify", "comparison")
        #expect(verified.status == 0, "\(verified.output)")
        #expect(verified.output.contains("2 runs, 1 resumed, "), "\(verified.output)")
      }
    }

    /// What another machine has begun, whose sums round otherwise, is begun again.
    @Test func trialsOfAnotherMachineBeginAgain() throws {
      try withTool { tool in
        let arguments = Self.comparison(steps: 300)
        _ = try startComparison(tool, arguments) { $0.terminate() }
        let file = tool.directory.appendingPathComponent("comparison/adamw-seed0/run.json")
        let text = try String(contentsOf: file, encoding: .utf8)
        try Data(text.replacing(/"simd" : "[^"]*"/, with: #""simd" : "abacus""#).utf8).write(
          to: file)
        #expect(try tool.run(arguments).status == 5)
        let record = try RunRecord(in: file.deletingLastPathComponent())
        #expect(record.result.interruptions == nil && record.environment.simd != "abacus")
      }
    }

    @Test func twoComparisonsNeverWriteInOneDirectory() throws {
      try withTool { tool in
        let arguments = Self.comparison(steps: 1_000_000)
        _ = try startComparison(tool, arguments) { process in
          let second = try? tool.run(arguments)
          #expect(second?.status == 74)
          #expect(second?.messages.contains("another comparison is writing there") == true)
          process.terminate()
        }
      }
    }

    /// A file that is cut off while it is mapped is an error of the data, and not a signal.
    @Test func aLargeShardThatIsCutOffIsSaid() throws {
      try withTool { tool in
        let directory = tool.directory.appendingPathComponent("web")
        try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
        let shard = directory.appendingPathComponent("web_train_000001.bin")
        // Of zeros, which take no space on the disk: the header alone is written.
        let tokens = 140_000_000
        var header = TokenShard.serialized([])
        withUnsafeBytes(of: Int32(tokens).littleEndian) { header.replaceSubrange(8..<12, with: $0) }
        try Data(header).write(to: shard)
        #expect(truncate(shard.path, off_t(header.count + 2 * tokens)) == 0)
        try TokenShard.write(
          (0..<2000).map { TokenID($0 % 257) },
          to: directory.appendingPathComponent("web_val_000000.bin"))
        let messages = tool.directory.appendingPathComponent("messages")
        try Data().write(to: messages)
        let process = tool.process([
          "run", "--track", "micro", "--steps", "1000000", "--data", "web", "--set",
          "val_tokens=512", "--quiet", "--out", "run",
        ])
        process.standardError = try FileHandle(forWritingTo: messages)
        let log = tool.directory.appendingPathComponent("run/log.jsonl").path
        try process.runAndWait {
          for _ in 0..<6000
          where ((FileManager.default.contents(atPath: log) ?? Data()).count) < 3000 {
            Thread.sleep(forTimeInterval: 0.005)
          }
          truncate(shard.path, 4096)
        }
        #expect(process.terminationReason == .exit)
        #expect(process.terminationStatus == 65)
        let said = try String(contentsOf: messages, encoding: .utf8)
        #expect(said.contains("error: a data file was cut off while it was read"), "\(said)")
      }
    }
  }
}
