import Autograd
import Foundation
import Machine
import Muon
import NanoGPT
import Runs
import SpeedrunCommands
import Testing

extension CommandLineTests {
  @Suite(.serialized) struct RunTests {
    @Test func aRunWritesTheRecordsThatOtherProgramsRead() throws {
      try withTool { tool in
        let run = try tool.run(
          CommandLineTool.short + ["--json", "--out", "run", "--target", "1", "--save-initial"])
        #expect(run.status == 3, "finished above the target")
        #expect(
          tool.contents(of: "run")
            == [
              "initial.safetensors", "log.jsonl", "log.txt", "model.safetensors", "run.json",
              "tokenizer.json",
            ])

        // Standard output has nothing but the record.
        let record = try run.json()
        let file = try tool.lines(of: "run/run.json").joined(separator: "\n") + "\n"
        #expect(run.output == file)
        let configuration = try #require(record["configuration"] as? [String: Any])
        let model = try #require(configuration["model"] as? [String: Any])
        #expect(
          Set(model.keys) == [
            "vocab_size", "model_dim", "heads", "layers", "context", "softcap", "attention_scale",
            "rope_base",
          ])
        let training = try #require(configuration["training"] as? [String: Any])
        #expect(
          Set(training.keys) == [
            "batch", "steps", "seed", "data_seed", "lanes", "precision", "schedule", "target",
            "val_tokens", "val_every",
          ])
        let groups = try #require(configuration["groups"] as? [[String: Any]])
        #expect(groups.map { $0["name"] as? String } == ["muon", "embed", "head"])
        #expect(
          Set(groups[0].keys).isSuperset(of: [
            "rule", "parameters", "learning_rate", "weight_decay", "momentum", "scale",
          ]))
        #expect(
          Set(groups[1].keys)
            == ["name", "rule", "parameters", "learning_rate", "weight_decay", "betas", "epsilon"])
        let data = try #require(record["data"] as? [String: Any])
        let shards = try #require(data["train_shards"] as? [[String: Any]])
        let path = try #require(shards.first?["path"] as? String)
        #expect(path == "data/micro-257/train_000000.bin", "records say nothing of their machine")
        let shard = try TokenShard(contentsOf: tool.directory.appendingPathComponent(path))
        #expect(shards[0]["sha256"] as? String == shard.sha256)
        #expect(shards[0]["tokens"] as? Int == shard.tokens.count)
        let environment = try #require(record["environment"] as? [String: Any])
        let processor = Processor.current
        let numbers = ["cpu_family": processor.family, "cpu_model": processor.model]
        #expect(
          Set(environment.keys)
            == Set(["git", "swift", "openblas", "products", "cpu", "threads", "simd"])
            .union(numbers.compactMapValues(\.self).keys))
        for (key, number) in numbers { #expect(environment[key] as? Int == number) }
        let result = try #require(record["result"] as? [String: Any])
        #expect(
          Set(result.keys) == [
            "reached", "steps_to_target", "train_seconds_to_target", "final_val_loss",
            "final_bits_per_byte", "steps", "tokens", "train_seconds", "wall_seconds",
            "startup_seconds", "step_ms_median", "tokens_per_second", "optimizer_seconds",
            "newton_schulz_calls",
            "peak_rss_bytes",
          ])
        #expect(result["reached"] as? Bool == false)
        #expect(result["steps_to_target"] is NSNull)
        #expect(result["steps"] as? Int == 4)
        #expect(result["tokens"] as? Int == 4 * 8 * 64)
        #expect(result["newton_schulz_calls"] as? Int == 4 * 12, "the warm-up's do not count")
        #expect(try #require(result["startup_seconds"] as? Double) > 0)
      }
    }

    @Test(arguments: TrackDefinition.micro.recipes.keys.sorted())
    func theLogHasEveryStepAndValidation(_ contestant: String) throws {
      try withTool { tool in
        let run = try tool.run(
          CommandLineTool.short + [
            "--optimizer", contestant, "--out", "run", "--set", "val_every=2", "--steps",
            "5",
          ] + CommandLineTool.noWarmup)
        #expect(run.status == 0)
        let events = try tool.events(of: "run")
        let training = events.filter { $0["event"] as? String == "train" }
        let validation = events.filter { $0["event"] as? String == "val" }
        #expect(training.map { $0["step"] as? Int } == [0, 1, 2, 3, 4])
        #expect(validation.map { $0["step"] as? Int } == [0, 2, 4, 5])
        for event in training {
          #expect(
            Set(event.keys) == [
              "event", "step", "loss", "lr_factor", "momentum", "step_ms", "optimizer_ms",
              "tokens_per_second",
            ])
          #expect((event["momentum"] is NSNull) == (contestant != "muon"))
        }
        for event in validation {
          #expect(
            Set(event.keys) == ["event", "step", "val_loss", "bits_per_byte", "train_seconds"])
        }
        // A fresh model predicts every token with the same probability.
        let first = try #require(validation[0]["val_loss"] as? Double)
        #expect(abs(first - log(257)) < 1e-4)
        #expect(validation[0]["train_seconds"] as? Double == 0)
        let seconds = validation.compactMap { $0["train_seconds"] as? Double }
        #expect(seconds == seconds.sorted())
        let total = training.compactMap { $0["step_ms"] as? Double }.reduce(0, +) / 1000
        #expect(abs(total - (seconds.last ?? 0)) < 1e-6, "the clock counts training steps only")

        let text = try tool.lines(of: "run/log.txt")
        #expect(text.count == 4)
        let line = /step:\d+\/5 val_loss:\d+\.\d{5} train_time:\d+\.\d{3}s step_avg:\d+\.\d{2}ms/
        for entry in text { #expect(entry.wholeMatch(of: line) != nil, "\(entry)") }
      }
    }

    @Test(
      arguments: TrackDefinition.micro.recipes.keys.sorted(), Precision.allCases.filter { $0.problem == nil })
    func theLossDoesNotDependOnTheNumberOfThreads(
      _ contestant: String, _ precision: Precision
    ) throws {
      try withTool { tool in
        var columns: [[String]] = []
        for threads in ["1", "2", "4"] {
          let run = try tool.run(
            CommandLineTool.short
              + ["--optimizer", contestant, "--precision", precision.rawValue]
              + ["--threads", threads, "--out", threads] + CommandLineTool.noWarmup)
          #expect(run.status == 0)
          let loss = /"(?:val_)?loss":([^,}]+)/
          columns.append(
            try tool.lines(of: "\(threads)/log.jsonl").compactMap { line in
              line.firstMatch(of: loss).map { String($0.output.1) }
            })
        }
        #expect(columns[0].count == 6)
        #expect(columns[0] == columns[1])
        #expect(columns[0] == columns[2])
      }
    }

    /// Each choice changes the numbers, and the record says which was made.
    @Test(.enabled(if: Precision.bfloat16.problem == nil, "the processor has no AVX512-BF16"))
    func precisionsAreUsedAndRecorded() throws {
      try withTool { tool in
        var losses: Set<Double> = []
        for isModel in [true, false] {
          for value in ["float32", "bf16"] {
            let choice =
              isModel
              ? ["--precision", value] : ["--set", "muon.newton_schulz_precision=\(value)"]
            let run = try tool.run(CommandLineTool.short + choice + ["--json", "--no-save"])
            #expect(run.status == 0, "\(run.messages)")
            let record = try JSONDecoder().decode(RunRecord.self, from: Data(run.output.utf8))
            let muon = record.configuration.groups.compactMap { $0.rule.rule as? Muon }.first
            #expect(
              record.configuration.training.precision.rawValue == (isModel ? value : "float32"))
            #expect(muon?.newtonSchulzPrecision.rawValue == (isModel ? "float32" : value))
            losses.insert(try #require(record.result.finalValLoss))
          }
        }
        #expect(losses.count == 3, "float32 twice, and two others")
      }
    }

    @Test func theSeedChangesTheWeightsAndTheTargetTheExitStatus() throws {
      try withTool { tool in
        var losses: [Double] = []
        for seed in ["0", "1"] {
          let run = try tool.run(
            CommandLineTool.short + ["--json", "--seed", seed, "--target", "9", "--no-save"])
          #expect(run.status == 0, "any model is below 9")
          let result = try #require(try run.json()["result"] as? [String: Any])
          #expect(result["reached"] as? Bool == true)
          #expect(result["steps_to_target"] as? Int == 0)
          #expect(result["train_seconds_to_target"] as? Double == 0)
          #expect(result["steps"] as? Int == 4, "the schedule is run to its end")
          losses.append(try #require(result["final_val_loss"] as? Double))
        }
        #expect(losses[0] != losses[1])
        let runs = tool.contents(of: "results/runs")
        #expect(runs.count == 2)
        #expect(runs.allSatisfy { $0.contains("-micro-changed-muon-seed") })
        #expect(
          tool.contents(of: "results/runs/\(runs[0])") == ["log.jsonl", "log.txt", "run.json"])
      }
    }

    /// What the track fixes cannot change under its name.
    @Test func aChangedTrackClaimsNeitherNameNorTarget() throws {
      try withTool { tool in
        func record(_ setting: String) throws -> (name: String?, hasTarget: Bool) {
          let run = try tool.run(
            "--track", "micro", "--steps", "2", "--set", setting, "--json", "--quiet", "--no-save")
          let record = try run.json()
          let result = try #require(record["result"] as? [String: Any])
          return (record["track"] as? String, result["reached"] is Bool)
        }
        let tuned = try record("muon.learning_rate=0.01")
        #expect(tuned.name == "micro" && tuned.hasTarget)
        let changed = try record("batch=4")
        #expect(changed.name == "micro-changed" && !changed.hasTarget)
      }
    }

    @Test(arguments: Precision.allCases.filter { $0.problem == nil })
    func aLossThatIsNotANumberEndsTheRun(_ precision: Precision) throws {
      try withTool { tool in
        let run = try tool.run(
          CommandLineTool.short + ["--json", "--out", "run", "--set", "embed.learning_rate=1e39"]
            + ["--precision", precision.rawValue])
        #expect(run.status == 4)
        let step = try #require(
          run.messages.firstMatch(of: /error: diverged: the loss of step (\d+) is not finite/))
        let record = try run.json()
        #expect(record["outcome"] as? String == "diverged")
        let result = try #require(record["result"] as? [String: Any])
        #expect(result["diverged_at_step"] as? Int == Int(step.output.1))
        #expect(result["final_val_loss"] is NSNull)
        #expect(tool.contents(of: "run").contains("run.json"))
      }
    }

    /// Shell redirections after which nobody reads the messages.
    @Test(arguments: ["2>&-", "2>&1 >record | true; exit ${PIPESTATUS[0]}"])
    func aRunGoesOnWhenNobodyReadsItsMessages(_ redirection: String) throws {
      try withTool { tool in
        _ = try tool.run("prepare", "--corpus", "micro")
        let arguments = CommandLineTool.short.filter { $0 != "--quiet" } + ["--out", "run"]
        let process = tool.shell("\"$@\" \(redirection)", arguments)
        try process.runAndWait()
        #expect(process.terminationReason == .exit)
        #expect(process.terminationStatus == 0)
        let events = try tool.events(of: "run")
        #expect(events.count == 6, "the log has its own lines only")
        let text = try tool.lines(of: "run/log.txt")
        #expect(text.allSatisfy { $0.hasPrefix("step:") })
      }
    }

    @Test func theCommitIsThatOfTheProgramsOwnCheckout() throws {
      try withTool { tool in
        let git = Process()
        git.executableURL = URL(fileURLWithPath: "/bin/sh")
        git.arguments = [
          "-c",
          "git init -q . && git -c user.name=n -c user.email=e commit -q --allow-empty -m other",
        ]
        git.currentDirectoryURL = tool.directory
        try git.runAndWait()
        try #require(git.terminationStatus == 0)
        func commit(_ environment: [String: String] = [:]) throws -> String? {
          let record = try tool.run(
            CommandLineTool.short + ["--json", "--no-save"], environment: environment
          ).json()
          let git = (record["environment"] as? [String: Any])?["git"] as? [String: Any]
          return git?["commit"] as? String
        }
        let head = tool.directory.appendingPathComponent(".git/HEAD")
        let branch = try String(contentsOf: head, encoding: .utf8).dropFirst(5)
          .trimmingCharacters(in: .whitespacesAndNewlines)
        let other = try #require(try tool.lines(of: ".git/\(branch)").first)
        let own = try commit()
        #expect(own != String(other))
        #expect(try commit(["GIT_DIR": tool.directory.path + "/.git"]) == own)
      }
    }

    @Test func controlCFinishesTheStepAndWritesTheRecord() throws {
      try withTool { tool in
        // Prepares the corpus, so that the run below is soon in its loop.
        _ = try tool.run("prepare", "--corpus", "micro")
        let process = tool.process(
          CommandLineTool.short + ["--steps", "1000000", "--out", "run"])
        let log = tool.directory.appendingPathComponent("run/log.txt").path
        try process.runAndWait {
          var waited = 0
          while (FileManager.default.contents(atPath: log) ?? Data()).isEmpty, waited < 600 {
            Thread.sleep(forTimeInterval: 0.05)
            waited += 1
          }
          process.interrupt()
        }
        #expect(process.terminationReason == .exit)
        #expect(process.terminationStatus == 130)
        let record = try RunRecord(in: tool.directory.appendingPathComponent("run"))
        #expect(record.outcome == .interrupted)
        #expect(record.result.finalValLoss == nil)
        let steps = try tool.events(of: "run").filter { $0["event"] as? String == "train" }
        #expect(record.result.steps == steps.count)
        #expect(steps.count >= 1)
      }
    }
  }
}
