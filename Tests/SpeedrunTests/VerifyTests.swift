import Foundation
import NanoGPT
import Testing

extension CommandLineTests {
  /// What is done to records, and what is said about it.
  @Suite(.serialized) struct VerifyTests {
    /// Gives `body` a comparison of two arms with three seeds, of eight steps each.
    static func withComparison(_ body: (CommandLineTool) throws -> Void) throws {
      try withTool { tool in
        let out = ["--out", "results/records/small"]
        let run = try tool.run(CompareTests.small.dropLast(2) + out + ["--seeds", "3", "--quiet"])
        #expect(run.status == 0, "\(run.messages)")
        try body(tool)
      }
    }

    @Test func whatWasNotTouchedIsVerified() throws {
      try Self.withComparison { tool in
        let run = try tool.run("verify", "results/records/small")
        #expect(run.status == 0, "\(run.messages)")
        #expect(run.messages.isEmpty)
        #expect(
          run.output
            == "results/records/small: comparison of slow, muon, 3 seeds, 6 runs, 19 files: verified\n"
        )
        // Another directory, where the data are not prepared.
        let elsewhere = CommandLineTool(
          directory: tool.directory.appendingPathComponent("results/records"))
        #expect(try elsewhere.run("verify", "small", "--quiet").status == 0)
      }
    }

    /// Edits of the files of a record, after which `verify` must say exactly this, in any order; a line
    /// may be only the beginning of what is said.
    private static let edits: [(edit: @Sendable (Record) throws -> Void, said: [String])] = [
      (
        { try $0.edit("slow-seed1/log.jsonl", line: 4, "\"val_loss\":", digit: 3) },
        [
          "slow-seed1/log.jsonl: SHA-256 is ", "slow-seed1/log.jsonl:4: bits_per_byte is ",
          "slow-seed1/log.txt:2: step:2/8 val_loss:",
        ]
      ),
      (
        {
          try $0.edit("slow-seed1/log.jsonl", line: 4, "\"val_loss\":", digit: 12)
          try $0.fixChecksums()
        },
        ["slow-seed1/log.jsonl:4: bits_per_byte is "]
      ),
      (
        {
          try $0.edit("slow-seed1/log.jsonl", line: 4, "\"val_loss\":", digit: 12)
          try $0.edit("slow-seed1/log.jsonl", line: 2, "\"loss\":", digit: 6)
        },
        ["slow-seed1/log.jsonl: SHA-256 is ", "slow-seed1/log.jsonl:4: bits_per_byte is "]
      ),
      (
        {
          try $0.edit("muon-seed0/log.jsonl", line: 2, "\"optimizer_ms\":", digit: 4)
          try $0.fixChecksums()
        },
        [
          "muon-seed0/run.json: result.optimizer_seconds is "
        ]
      ),
      (
        { record in
          try record.replace("muon-seed1/log.jsonl", "\"step\":3,", with: "\"step\":4,")
          try record.fixChecksums()
        },
        [
          "muon-seed1/log.jsonl:6: the train event of step 4 where the train event of step 3 should be"
        ]
      ),
      (
        { record in
          try record.replace("muon-seed1/log.jsonl", "\"lr_factor\":1,", with: "\"lr_factor\":0.9,")
          try record.fixChecksums()
        },
        (2...6).filter { $0 != 4 }.map {
          "muon-seed1/log.jsonl:\($0): lr_factor is 0.9; the schedule makes it 1.0"
        }
      ),
      (
        { record in
          try record.swap("muon-seed0", "muon-seed2")
          try record.fixChecksums()
        },
        [
          "muon-seed0/run.json: configuration.training.seed is 2; the directory's name says 0",
          "muon-seed2/run.json: configuration.training.seed is 0; the directory's name says 2",
          "result.json:",
        ]
      ),
      (
        { record in
          for file in ["run.json", "log.jsonl", "log.txt"] {
            try record.write(
              try record.text("muon-seed0/\(file)")
                .replacing("\"seed\" : 0", with: "\"seed\" : 2"),
              to: "muon-seed2/\(file)")
          }
          try record.fixChecksums()
        },
        [
          "muon-seed2/log.jsonl: its validation losses are those of muon-seed0, which has another seed",
          "result.json:", "record.json: compute.",
        ]
      ),
      (
        { record in
          for seed in 0..<3 {
            try record.replace(
              "muon-seed\(seed)/run.json", "\"learning_rate\" : 0.04",
              with: "\"learning_rate\" : 0.05")
          }
          try record.fixChecksums()
          try record.fixConfiguration(of: "muon-seed0")
        },
        (0..<3).map {
          "muon-seed\($0)/run.json: configuration.groups[0].learning_rate is 0.05; "
            + "track and settings make it 0.04"
        }
      ),
      (
        {
          try $0.replace(
            "muon-seed1/run.json", "\"outcome\" : \"reached\"", with: "\"outcome\" : \"missed\"")
          try $0.fixChecksums()
        },
        ["muon-seed1/run.json: outcome is \"missed\"; the log makes it \"reached\""]
      ),
      (
        { try $0.remove("muon-seed2/log.txt") },
        ["muon-seed2/log.txt: missing; record.json lists it"]
      ),
      (
        { try $0.write("", to: "muon-seed2/notes.txt") },
        ["muon-seed2/notes.txt: not part of the record; remove it"]
      ),
      (
        { record in
          try record.replace("result.json", "\"resamples\" : 10000", with: "\"resamples\" : 10001")
          try record.fixChecksums()
        },
        ["result.json:"]
      ),
      (
        { record in
          try record.keep(10, linesOf: "muon-seed0/log.jsonl")
          try record.fixChecksums()
        },
        [
          "muon-seed0/log.jsonl:10: the log ends after this line; the train event of step 6 should follow"
        ]
      ),
      (
        { record in
          try record.write(
            try record.text("muon-seed0/log.jsonl") + "{\"event\":\"val\",\"step\":9}\n",
            to: "muon-seed0/log.jsonl")
          try record.fixChecksums()
        },
        ["muon-seed0/log.jsonl:14: the log should have ended: reached after the line before"]
      ),
      (
        { try $0.write("garbage", to: "record.json") },
        ["record.json: not the record of an experiment"]
      ),
      (
        { try $0.write("{\"version\": 2}", to: "record.json") },
        ["record.json: version 2 of a record is not 1"]
      ),
      ({ try $0.remove("record.json") }, ["record.json: no such file"]),
      (
        { try $0.write("[1, 2", to: "slow-seed0/run.json") },
        [
          "slow-seed0/run.json: SHA-256 is ",
          "slow-seed0/run.json: not JSON: a comma or bracket is missing, at byte 6",
        ]
      ),
      (
        { try $0.replace("record.json", "\"runs\" : 6", with: "\"runs\" : 7") },
        ["record.json: compute.runs is 7; the runs make it 6"]
      ),
      (
        { try $0.replace("record.json", "\"cpu\" : \"", with: "\"cpu\" : \"Better ") },
        ["record.json: machines[0].cpu is \"Better "]
      ),
      (
        {
          try $0.replace(
            "record.json", "\"learning_rate\" : 0.04", with: "\"learning_rate\" : 0.03")
        },
        (0..<6).map {
          "\($0 < 3 ? "slow" : "muon")-seed\($0 % 3)/run.json: configuration.groups[0].learning_rate "
            + "is 0.04; track and settings make it 0.03"
        }
      ),
    ]

    @Test func everyEditIsFound() throws {
      try Self.withComparison { tool in
        for (number, (edit, said)) in Self.edits.enumerated() {
          let record = try Record(copying: "results/records/small", to: "copy-\(number)", in: tool)
          try edit(record)
          let run = try tool.run("verify", record.name)
          #expect(run.status == 65, "\(number): \(run.messages)")
          #expect(
            run.messages
              == "error: \(record.name): not what it should be; take the files back from where they "
              + "came, or make the runs again\n")
          let lines = run.output.split(separator: "\n").dropFirst().map {
            $0.dropFirst("  \(record.name)/".count)
          }
          #expect(
            said.allSatisfy { said in lines.contains { $0.hasPrefix(said) } }
              && lines.allSatisfy { line in said.contains { line.hasPrefix($0) } },
            "\(number): \(run.output)")
          try FileManager.default.removeItem(at: record.url)
        }
      }
    }

    @Test func aRunMadeAgainShowsALogThatWasDoctoredConsistently() throws {
      try Self.withComparison { tool in
        let name = "results/records/small"
        let true1 = try tool.run("verify", name, "--rerun", "--quiet")
        #expect(true1.status == 0, "\(true1.messages)")
        for arm in ["slow", "muon"] {
          #expect(
            true1.output.contains(
              "\n  \(arm)-seed0 made again: 8 training losses and 5 validations are equal bit for bit"
            ),
            "\(true1.output)")
        }
        let record = try Record(copying: name, to: "copy", in: tool)
        let line = try record.text("muon-seed1/log.jsonl").split(separator: "\n")[4]
        try record.edit("muon-seed1/log.jsonl", line: 5, "\"loss\":", digit: 6)
        try record.fixChecksums()
        #expect(try tool.run("verify", "copy").status == 0, "nothing else knows a training loss")
        #expect(try tool.run("verify", "copy", "--rerun").status == 0, "another run")
        let again = try tool.run("verify", "copy", "--rerun", "--run", "muon-seed1", "--json")
        #expect(again.status == 65)
        let result = try JSONSerialization.jsonObject(with: Data(again.output.utf8))
        let mismatches = try #require((result as? [[String: Any]])?.first?["mismatches"])
        let mismatch = try #require((mismatches as? [[String: Any]])?.first)
        #expect(mismatch["file"] as? String == "muon-seed1/log.jsonl")
        #expect(mismatch["line"] as? Int == 5)
        let loss = try #require(line.firstMatch(of: /"loss":([0-9.]+)/)?.output.1)
        let message = try #require(mismatch["message"] as? String)
        #expect(message.hasPrefix("loss of step 2 is "), "\(message)")
        #expect(message.contains(", and made again \(loss); it should be the same"), "\(message)")
      }
    }

    @Test func otherKernelsMayRoundOtherwise() throws {
      try Self.withComparison { tool in
        let record = try Record(at: "results/records/small", in: tool)
        let runs = ["slow", "muon"].flatMap { arm in (0..<3).map { "\(arm)-seed\($0)/run.json" } }
        let simd = try #require(
          try record.text("record.json").firstMatch(of: /"simd" : "[^"]+"/)?.output)
        for path in runs + ["record.json"] {
          try record.replace(path, String(simd), with: "\"simd\" : \"x86-64-v9\"")
        }
        try record.edit("slow-seed0/log.jsonl", line: 5, "\"loss\":", digit: 6)
        try record.fixChecksums()
        let close = try tool.run("verify", record.name, "--rerun", "--quiet")
        #expect(close.status == 0, "\(close.output)")
        #expect(
          close.output.contains("slow-seed0 made again")
            && close.output.contains("5 validations are equal but for "), "\(close.output)")

        try record.edit("slow-seed0/log.jsonl", line: 5, "\"loss\":", digit: 2)
        try record.fixChecksums()
        let far = try tool.run("verify", record.name, "--rerun", "--quiet")
        #expect(far.status == 65)
        #expect(
          far.output.contains("slow-seed0/log.jsonl:5: loss of step 2 is ")
            && far.output.contains("; it may differ by 0.001 of it, made by "), "\(far.output)")
        #expect(far.output.contains("x86-64-v9 and by "))
        #expect(far.output.contains("muon-seed0 made again"), "the other arm")
      }
    }

    @Test func aSweepIsVerifiedStageByStage() throws {
      try withTool { tool in
        let plan = try SweepCommandTests.plan.replacing(
          "set.steps = 20", with: "set.steps = 6\nset.val_tokens = 512")
        try Data(("purpose = \"batch\"\ntitle = \"Small\"\n" + plan).utf8).write(
          to: tool.directory.appendingPathComponent("plan.toml"))
        let run = try tool.run("sweep", "plan.toml", "--out", "sweep", "--quiet")
        #expect(run.status == 0, "\(run.messages)")
        let verified = try tool.run("verify", "sweep", "--rerun", "--quiet")
        #expect(verified.status == 0, "\(verified.messages)")
        #expect(
          verified.output.hasPrefix(
            "sweep: sweep of adamw, muon, muon-rms, 1 seed, 12 runs, 39 files: verified\n  adamw-"),
          "\(verified.output)")
        #expect(verified.output.split(separator: "\n").count == 4, "a run of every arm")
        let described = try Record(copying: "sweep", to: "described", in: tool).text("record.json")
        #expect(described.contains("\"purpose\" : \"batch\""))
        #expect(described.contains("\"title\" : \"Small\""))

        let trial = tool.contents(of: "sweep/runs")[0]
        let edits: [(edit: (Record) throws -> Void, said: String)] = [
          (
            {
              try $0.replace("trials.jsonl", "\"stage\":\"coarse\"", with: "\"stage\":\"course\"")
            },
            "trials.jsonl:1: {\"arm\":\"adamw\""
          ),
          (
            { try $0.replace("plan.toml", "batch", with: "search") },
            "record.json: purpose is \"batch\"; the runs make it \"search\""
          ),
          (
            { try $0.replace("plan.toml", "0.02]", with: "0.03]") },
            "record.json: files has no runs/adamw-"
          ),
          (
            { try $0.replace("plan.toml", "[[arms.stages]]", with: "[[arms.stage]]") },
            "plan.toml: arm 1: unknown key 'stage'"
          ),
          (
            { try $0.replace("result.json", "\"trials\" : 12", with: "\"trials\" : 24") },
            "result.json:"
          ),
          ({ try $0.remove("runs/\(trial)/log.jsonl") }, "runs/\(trial)/log.jsonl: missing"),
          (
            { try $0.replace("runs/\(trial)/run.json", "\"seed\" : 0", with: "\"seed\" : 1") },
            "runs/\(trial)/run.json: configuration.training.seed is 1"
          ),
        ]
        for (edit, said) in edits {
          let record = try Record(copying: "sweep", to: "copy", in: tool)
          try edit(record)
          try? record.fixChecksums()
          let run = try tool.run("verify", "copy")
          #expect(run.status == 65)
          #expect(run.output.contains("\n  copy/\(said)"), "\(run.output)")
          try FileManager.default.removeItem(at: record.url)
        }
      }
    }

    @Test func otherDataThanThisMachineHasAreSaid() throws {
      try Self.withComparison { tool in
        let data = try #require(tool.contents(of: "data").first)
        let manifest = try Record(at: "data/\(data)", in: tool)
        try manifest.edit("manifest.json", line: nil, "\"tokenizer_sha256\" : \"", digit: 20)
        let run = try tool.run("verify")
        #expect(run.status == 65)
        #expect(
          run.output.contains("record.json: data.tokenizer is \"")
            && run.output.contains("; data/\(data)/manifest.json says \""), "\(run.output)")
        try manifest.write("{", to: "manifest.json")
        let damaged = try tool.run("verify", "results/records/small")
        #expect(damaged.status == 65)
        #expect(
          damaged.output.contains(
            "record.json: data cannot be compared: data/\(data)/manifest.json")
            || damaged.output.contains("record.json: data cannot be compared: /"),
          "\(damaged.output)")
      }
    }

    @Test func usageIsChecked() throws {
      try withTool { tool in
        let none = try tool.run("verify")
        #expect(none.status == 0)
        #expect(none.messages == "no records in results/records\n")
        #expect(try tool.run("verify", "nowhere").status == 66)
        #expect(try tool.run("verify", "--run", "muon-seed0").status == 64)
        #expect(try tool.run("verify", "--rerun", "--run", "muon-seed0").status == 64)
      }
    }
  }
}
