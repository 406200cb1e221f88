import Foundation
import Muon
import NanoGPT
import Runs
import Testing

extension CommandLineTests {
  /// Runs of a model with experts, as tiny as they come.
  @Suite(.serialized) struct ExpertRunTests {
    private static let experts = [
      "--set", "model.experts=4", "--set", "model.experts_active=1", "--set",
      "model.expert_width=24",
    ]

    /// The log without what no two runs have in common: times.
    private func log(_ tool: CommandLineTool, _ run: String) throws -> String {
      try tool.text(of: "\(run)/log.jsonl").replacing(
        /"(step_ms|optimizer_ms|tokens_per_second|train_seconds)":[^,}]+/, with: "")
    }

    private func weights(_ tool: CommandLineTool, _ run: String) throws -> Data {
      try Data(contentsOf: tool.directory.appendingPathComponent("\(run)/model.safetensors"))
    }

    @Test(arguments: ["muon", "adamw"])
    func theBitsDoNotDependOnThreads(_ optimizer: String) throws {
      try withTool { tool in
        let arguments =
          CommandLineTool.short + CommandLineTool.noWarmup + Self.experts + [
            "--optimizer", optimizer, "--diagnostics-every", "3",
          ]
        for threads in [1, 2, 4] {
          let run = try tool.run(
            arguments + ["--threads", "\(threads)", "--out", "run\(threads)"])
          #expect([0, 3].contains(run.status), "\(run.messages)")
        }
        for other in ["run2", "run4"] {
          #expect(try log(tool, "run1") == log(tool, other))
          #expect(try weights(tool, "run1") == weights(tool, other))
        }
      }
    }

    @Test func expertsThatAreAlikeShareARow() throws {
      try withTool { tool in
        let run = try tool.run(
          ["--track", "micro", "--steps", "1", "--set", "val_tokens=512", "--out", "run"]
            + CommandLineTool.noWarmup + Self.experts)
        #expect(run.messages.contains("blocks.0.moe.experts.*.fc.weight, 4 of them"))
        #expect(!run.messages.contains("blocks.0.moe.experts.0.fc.weight"))
        #expect(run.messages.contains(" in 34 parameters"), "\(run.messages)")
      }
    }

    /// Killed at some moment, and resumed: biases of routers are part of the checkpoint.
    @Test func whatIsKilledGoesOnBitForBit() throws {
      try withTool { tool in
        let arguments =
          ["--track", "micro", "--steps", "60", "--set", "val_tokens=512", "--quiet"]
          + Self.experts + ["--diagnostics-every", "20"]
        #expect([0, 3].contains(try tool.run(arguments + ["--out", "whole"]).status))
        let process = tool.process(arguments + ["--checkpoint-every", "5", "--out", "run"])
        let path = tool.directory.appendingPathComponent("run/log.jsonl").path
        try process.runAndWait {
          for _ in 0..<6000 {
            let bytes = FileManager.default.contents(atPath: path) ?? Data()
            if bytes.count(where: { $0 == UInt8(ascii: "\n") }) >= 60 { break }
            Thread.sleep(forTimeInterval: 0.005)
          }
          kill(process.processIdentifier, SIGKILL)
        }
        #expect(process.terminationReason == .uncaughtSignal)
        let last = try tool.run("run", "--resume", "run", "--quiet")
        #expect([0, 3].contains(last.status), "\(last.messages)")
        #expect(try log(tool, "run") == log(tool, "whole"))
        #expect(try weights(tool, "run") == weights(tool, "whole"))
        let biases = try Safetensors.read(
          contentsOf: tool.directory.appendingPathComponent("run/model.safetensors")
        ).tensors.filter { $0.key.hasSuffix("router.bias") }
        #expect(biases.count == 2 && biases.allSatisfy { $0.value.values.contains { $0 != 0 } })
      }
    }

    @Test func theRecordSaysWhoBalancesAndTheLogHowItIs() throws {
      try withTool { tool in
        let run = try tool.run(
          CommandLineTool.short + Self.experts + ["--diagnostics-every", "3", "--out", "run"])
        #expect([0, 3].contains(run.status), "\(run.messages)")
        #expect(run.output.contains("router: largest expert's share"))
        let record = try RunRecord(in: tool.directory.appendingPathComponent("run"))
        let configuration = record.configuration
        let model = try #require(configuration.model.language)
        #expect(model.experts == 4 && model.expertsActive == 1)
        #expect(configuration.groups.map(\.name) == ["muon", "embed", "head", "balance"])
        #expect(
          configuration.groups[3].parameters
            == ["blocks.0.moe.router.bias", "blocks.1.moe.router.bias"])

        let loads = try tool.events(of: "run").filter { $0["expert_load"] != nil }
        #expect(
          loads.map { "\($0["matrix"] ?? "") \($0["step"] ?? "")" } == [
            "blocks.0.moe.router.weight 0", "blocks.1.moe.router.weight 0",
            "blocks.0.moe.router.weight 3", "blocks.1.moe.router.weight 3",
          ])
        for event in loads {
          let shares = try #require(event["expert_load"] as? [Double])
          #expect(shares.count == 4 && abs(shares.reduce(0, +) - 1) < 1e-6)
        }
      }
    }

    @Test func verifyMakesThemAgainAndKnowsWhatALoadIs() throws {
      try withTool { tool in
        let run = try tool.run(
          CompareTests.small.dropLast(2) + Self.experts
            + ["--seeds", "1", "--diagnostics-every", "3", "--out", "small", "--quiet"])
        #expect(run.status == 0 || run.status == 5, "\(run.messages)")
        let whole = try tool.run("verify", "small", "--rerun", "--quiet")
        #expect(whole.status == 0, "\(whole.output)")
        let record = try Record(copying: "small", to: "copy", in: tool)
        try record.replace(
          "muon-seed0/log.jsonl", "\"expert_load\":[", with: "\"expert_load\":[0.5,")
        try record.fixChecksums()
        let verified = try tool.run("verify", "copy")
        #expect(verified.status == 65)
        #expect(
          verified.output.contains("expert_load is no list of 4 shares that add up to 1"),
          "\(verified.output)")
      }
    }

    @Test func pyTorchsExportIsRefused() throws {
      try withTool { tool in
        _ = try tool.run(CommandLineTool.short + Self.experts + ["--out", "run"])
        let refused = try tool.run("export", "--huggingface", "model", "run")
        #expect(refused.status == 65 && refused.complaints.count == 1, "\(refused.messages)")
        #expect(refused.messages.contains("its model has 4 experts"))
        let sampled = try tool.run("sample", "run", "--tokens", "5")
        #expect(sampled.status == 0, "\(sampled.messages)")
      }
    }

    @Test func aBenchmarkCountsWhatATokenMeets() throws {
      try withTool { tool in
        func work(_ experts: String) throws -> Double {
          let run = try tool.run(
            "benchmark", "--steps", "1", "--threads", "1", "--json", "--configuration",
            "vocabulary=300,batch=4,model_dim=32,heads=1,layers=1,context=16" + experts)
          #expect(run.status == 0, "\(run.messages)")
          return try #require(try run.json()["gflop_per_step"] as? Double)
        }
        let router = 6e-9 * 64 * 8 * 32
        let (dense, experts) = (try work(""), try work(",experts=8,experts_active=3"))
        #expect(abs(experts - dense - router) < 1e-12)
      }
    }

    @Test func halfAMixtureIsRefused() throws {
      try withTool { tool in
        let run = try tool.run(CommandLineTool.short + ["--set", "model.experts=4"])
        #expect(run.status == 64)
        #expect(run.messages.contains("experts and experts_active go together"), "\(run.messages)")
      }
    }
  }
}
