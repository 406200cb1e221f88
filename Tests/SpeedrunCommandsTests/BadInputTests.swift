import Autograd
import Foundation
import NanoGPT
import Runs
import SpeedrunCommands
import Testing

extension CommandLineTests {
  @Suite(.serialized) struct BadInputTests {
    /// Arguments that are wrong, and what the error must name.
    static let usage: [([String], String)] = [
      (["smaple"], "smaple"),
      (["--stesp", "3"], "--stesp"),
      (["--steps", "-1"], "steps -1"),
      (["--steps=-1"], "steps -1"),
      (["--steps", "many"], "many"),
      (["--threads", "0"], "--threads 0"),
      (["--threads", "1025"], "--threads 1025"),
      (["--seed", "-1"], "'-1'"),
      (["--seed=-1"], "'-1'"),
      (["--steps", "9223372036854775807"], "above 1000000000"),
      (["--optimizer", "no-such-rule"], "no-such-rule"),
      (["--track", "moon"], "moon"),
      (["--target", "nan"], "nan"),
      (["--optimizer", "moun"], "did you mean 'muon'"),
      (["--scale", "rms"], "hint: --set muon.scale=rms does it"),
      (["--newton-schulz", "jordan"], "hint: --set muon.newton_schulz="),
      (["--newton-schulz-precision", "bf16"], "hint: --set muon.newton_schulz_precision="),
      (["--set", "steps"], "key=value"),
      (["--set", "muon.learning_rat=1"], "muon.learning_rate"),
      (["--set", "muon.learning_rate=fast"], "muon.learning_rate = \"fast\""),
      (["--set", "muon.learning_rate=-1"], "learning_rate -1.0"),
      (["--set", "muon.momentum=1"], "momentum 1.0 is not in 0..<1"),
      (["--optimizer", "adamw", "--track", "kjv", "--steps", "9"], "warmup_steps 20 is above"),
      (["--set", "head.learning_rate=0"], "the run would end where it began; raise it"),
      (["--set", "batch=0"], "batch 0"),
      (["--set", "data_seed=-1"], "data_seed -1"),
      (["--set", "model.context=9223372036854775807"], "context"),
      (["--set", "batch=65537"], "batch 65537"),
      (["--set", "lanes=9223372036854775807"], "lanes 9223372036854775807"),
      (["--set", "model.heads=5"], "5 heads"),
      (["--set", "adamw.learning_rate=1"], "did you mean 'muon.learning_rate'"),
      (["benchmark", "--steps", "0"], "--steps 0"),
      (["benchmark", "--configuration", "batch=65537"], "batch 65537"),
      (["benchmark", "--configuration", "lanes=0"], "lanes 0"),
      (["benchmark", "--configuration", "batch"], "'batch' is not of the form key=value"),
      (["benchmark", "--configuration", "batch=4,"], "'' is not of the form key=value"),
      (["benchmark", "--configuration", "model-dim=64"], "did you mean 'model_dim'"),
      (["benchmark", "--configuration", "batch=many"], "batch=many: not a whole number"),
      (["benchmark", "--optimizer", "no-such-rule"], "no optimizer is called 'no-such-rule'"),
      (["benchmark", "--scaling"], "hint: ./Scripts/scaling"),
      (["benchmark", "--compare", "a.json"], "hint: ./Scripts/compare-benchmarks"),
      (["benchmark", "--threads", "1025"], "--threads 1025"),
      (["benchmark", "--configuration", "heads=3"], "3 heads"),
      (["prepare", "--vocabulary", "3"], "257"),
      (["prepare", "--corpus", "kjv", "--text", "a"], "exclude"),
      (["sample", "--top-k", "0"], "--top-k 0"),
      (["sample", "--temperature", "-1"], "--temperature -1"),
      (["sample", "--seed", "-1"], "'-1'"),
    ]

    @Test(arguments: usage)
    func wrongUsageIsOneClearLine(_ arguments: [String], _ named: String) throws {
      try withTool { tool in
        let run = try tool.run(arguments)
        #expect(run.status == 64)
        #expect(run.output.isEmpty)
        #expect(run.messages.contains(named), "\(run.messages)")
        #expect(run.complaints.count(where: { $0.hasPrefix("error:") }) == 1)
        #expect(run.messages.split(separator: "\n").count <= 2, "\(run.messages)")
        #expect(tool.contents(of: ".").isEmpty)
      }
    }

    /// Damage to the prepared files, its exit status, and what the error must say.
    static let damage: [(file: String, bytes: [UInt8]?, status: Int32, said: String)] = [
      ("train_000000.bin", nil, 66, "no such file"),
      ("train_000000.bin", [], 65, "empty"),
      ("val_000000.bin", Array(repeating: 7, count: 2000), 65, "not a token shard"),
      ("val_000000.bin", Array(shard([1, 2, 3]).dropLast()), 65, "truncated"),
      ("train_000000.bin", shard(Array(repeating: 1, count: 9000)), 65, "SHA-256"),
      ("tokenizer.json", Array("{}".utf8), 65, "SHA-256"),
      ("manifest.json", Array("{}".utf8), 65, "manifest"),
    ]

    private static func shard(_ tokens: [TokenID]) -> [UInt8] { TokenShard.serialized(tokens) }

    @Test func damagedDataIsNotTrainedOn() throws {
      try withTool { tool in
        _ = try tool.run("prepare", "--corpus", "micro")
        for (file, bytes, status, said) in Self.damage {
          let url = tool.directory.appendingPathComponent("data/micro-257/\(file)")
          let intact = try Data(contentsOf: url)
          if let bytes {
            try Data(bytes).write(to: url)
          } else {
            try FileManager.default.removeItem(at: url)
          }
          let run = try tool.run(CommandLineTool.short + ["--out", "run"])
          #expect(run.status == status, "\(file): \(run.messages)")
          #expect(run.complaints.count == 1, "\(run.messages)")
          #expect(run.messages.contains(said) && run.messages.contains(file), "\(run.messages)")
          #expect(tool.contents(of: "run").isEmpty)
          try intact.write(to: url)
        }
      }
    }

    @Test func aVocabularyThatCannotBePreparedIsRefused() throws {
      try withTool { tool in
        let run = try tool.run("--track", "micro", "--set", "vocabulary=100", "--out", "run")
        #expect(run.status == 65)
        #expect(run.messages.contains("100 tokens"), "\(run.messages)")
        #expect(tool.contents(of: "run").isEmpty)
      }
    }

    /// A part of an intact manifest replaced, and what the error must say.
    static let lies: [(part: String, lie: String, said: String)] = [
      ("\"split\" : \"validation\"", "\"split\" : \"train\"", "no validation shards"),
      ("\"vocabulary\" : 257", "\"vocabulary\" : -5", "vocab_size"),
    ]

    @Test(arguments: lies)
    func aManifestThatCannotBeTrueIsRefused(_ part: String, _ lie: String, _ said: String) throws {
      try withTool { tool in
        _ = try tool.run("prepare", "--corpus", "micro", "--out", "mine")
        let url = tool.directory.appendingPathComponent("mine/manifest.json")
        let manifest = try String(contentsOf: url, encoding: .utf8)
        try #require(manifest.contains(part))
        try Data(manifest.replacing(part, with: lie).utf8).write(to: url)
        let run = try tool.run(CommandLineTool.short + ["--data", "mine", "--out", "run"])
        #expect(run.status == 65, "\(run.messages)")
        #expect(run.messages.contains(said), "\(run.messages)")
        #expect(tool.contents(of: "run").isEmpty)
      }
    }

    @Test func aRecordThatDescribesNoModelIsNotSampled() throws {
      try withTool { tool in
        _ = try tool.run(CommandLineTool.short + ["--out", "run"])
        let url = tool.directory.appendingPathComponent("run/run.json")
        let record = try String(contentsOf: url, encoding: .utf8)
        let part = "\"model_dim\" : 64"
        try #require(record.contains(part))
        try Data(record.replacing(part, with: "\"model_dim\" : 0").utf8).write(to: url)
        let sample = try tool.run("sample", "run")
        #expect(sample.status == 65)
        #expect(sample.messages.contains("model_dim"), "\(sample.messages)")
      }
    }

    @Test func aTextWithAnotherChecksumThanTheTracksIsRefused() throws {
      try withTool { tool in
        _ = try tool.run("prepare", "--corpus", "micro")
        let run = try tool.run(CommandLineTool.short + ["--set", "text_sha256='abc'"])
        #expect(run.status == 65)
        #expect(run.messages.contains("wants abc"), "\(run.messages)")
        #expect(run.messages.contains("speedrun prepare"), "\(run.messages)")
      }
    }

    @Test func textsThatCannotBePreparedAreRefused() throws {
      try withTool { tool in
        let texts: [(String, [UInt8], String)] = [
          ("empty.txt", [], "empty"), ("blank.txt", Array(" \n\n ".utf8), "only spaces"),
          ("latin.txt", Array("caf".utf8) + [0xE9, 0x20], "not UTF-8"),
          ("short.txt", Array("one\n\ntwo\n\nthree".utf8), "too small"),
        ]
        for (name, bytes, said) in texts {
          try Data(bytes).write(to: tool.directory.appendingPathComponent(name))
          let run = try tool.run("prepare", "--text", name)
          #expect(run.status == 65, "\(name)")
          #expect(run.messages.contains(said), "\(run.messages)")
        }
        #expect(try tool.run("prepare", "--text", "missing.txt").status == 66)
        #expect(tool.contents(of: "data").isEmpty)
      }
    }

    @Test(arguments: ["/dev/null/run", "/proc/run"])
    func aPlaceThatCannotBeWrittenIsKnownBeforeTraining(_ place: String) throws {
      try withTool { tool in
        let run = try tool.run(CommandLineTool.short + ["--steps", "1000000", "--out", place])
        #expect(run.status == 74)
        #expect(run.complaints.count == 1)
        #expect(run.messages.contains(place), "\(run.messages)")
      }
    }

    /// What the system's libraries do with so little is to wait for ever, or to stop with a backtrace.
    @Test(arguments: [("-v 500000", "512 MB of address space"), ("-n 8", "8 files")])
    func limitsThatAreTooSmallAreSaid(_ limit: String, _ said: String) throws {
      try withTool { tool in
        let messages = tool.directory.appendingPathComponent("messages")
        let process = tool.shell(
          "ulimit \(limit); exec \"$@\" 2>'\(messages.path)'", CommandLineTool.short)
        try process.runAndWait()
        #expect(process.terminationStatus == 69)
        let text = try String(contentsOf: messages, encoding: .utf8)
        #expect(text.contains(said), "\(text)")
        #expect(text.split(separator: "\n").count == 2)
      }
    }

    /// One matrix alone is larger than what there is.
    @Test func tooLittleMemoryIsSaid() throws {
      try withTool { tool in
        let messages = tool.directory.appendingPathComponent("messages")
        let process = tool.shell(
          "ulimit -v 4000000; exec \"$@\" 2>'\(messages.path)'",
          CommandLineTool.short + ["--set", "model.model_dim=65536", "--threads", "1"])
        try process.runAndWait()
        #expect(process.terminationStatus == 69)
        let text = try String(contentsOf: messages, encoding: .utf8)
        #expect(text.contains("error: the system has no memory for"), "\(text)")
      }
    }

    @Test func aDiskThatFillsUpLeavesNothingHalfWritten() throws {
      try withTool { tool in
        _ = try tool.run("prepare", "--corpus", "micro")
        // The weights do not fit, then the log does not, then not even the record of a run that has not begun.
        for (limit, steps, files) in [
          (100, "4", [RunCheckpoint.name, "log.jsonl", "log.txt", "run.json"]),
          (12, "400", [RunCheckpoint.name, "log.jsonl", "log.txt", "run.json"]), (2, "4", []),
        ] {
          let run = try tool.run(
            CommandLineTool.short + ["--steps", steps, "--out", "\(limit)"], fileSizeLimit: limit)
          #expect(run.status == 74, "\(run.messages)")
          #expect(run.complaints.count == 1, "\(run.messages)")
          #expect(tool.contents(of: "\(limit)") == files)
          if files.isEmpty { continue }
          #expect(try !tool.events(of: "\(limit)").isEmpty, "every line is whole")
          _ = try JSONSerialization.jsonObject(
            with: Data(tool.lines(of: "\(limit)/run.json").joined().utf8))
        }
      }
    }
  }
}
