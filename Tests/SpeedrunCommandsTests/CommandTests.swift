import Autograd
import Foundation
import Testing

extension CommandLineTests {
  @Suite(.serialized) struct CommandTests {
    @Test(arguments: [
      ["--help"], ["run", "--help"], ["prepare", "--help"], ["sample", "--help"],
      ["benchmark", "--help"], ["doctor", "--help"],
    ])
    func helpListsTheExitStatus(_ arguments: [String]) throws {
      try withTool { tool in
        let help = try tool.run(arguments)
        #expect(help.status == 0)
        #expect(help.output.contains("EXIT STATUS"))
        #expect(help.messages.isEmpty)
      }
    }

    @Test func aPrintedConfigurationRunsTheSame() throws {
      try withTool { tool in
        let options =
          CommandLineTool.short
          + ["--set", "muon.scale=rms", "--set", "embed.learning_rate=0.2"]
        let printed = try tool.run(options + ["--print-config"])
        #expect(printed.status == 0)
        try Data(printed.output.utf8).write(to: tool.directory.appendingPathComponent("my.toml"))
        let first = try tool.run(options + ["--out", "a"])
        let second = try tool.run(["--track-file", "my.toml", "--out", "b", "--quiet"])
        #expect(first.status == 0)
        #expect(second.status == 0, "\(second.messages)")
        let configurations = try ["a", "b"].map { run in
          let text = try tool.lines(of: "\(run)/run.json").joined(separator: "\n")
          let record = try JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: Any]
          return try #require(record?["configuration"] as? NSDictionary)
        }
        #expect(configurations[0] == configurations[1])
      }
    }

    @Test func ownTextIsPreparedTrainedOnAndSampled() throws {
      try withTool { tool in
        let words = ["the", "cat", "dog", "sat", "ran", "on", "under", "mat", "tree", "slowly"]
        let documents = (0..<60).map { (document: Int) -> String in
          let sentence = (0..<80).map { place in words[(place * 7 + document * place * place) % 10]
          }
          return sentence.joined(separator: " ")
        }
        try Data(documents.joined(separator: "\n\n").utf8)
          .write(to: tool.directory.appendingPathComponent("tale.txt"))
        let prepared = try tool.run("prepare", "--text", "tale.txt", "--vocabulary", "257")
        #expect(prepared.status == 0, "\(prepared.messages)")
        #expect(prepared.output == "data/text-tale-257\n", "the directory, for scripts")
        #expect(prepared.messages.contains("speedrun run --data data/text-tale-257"))

        let run = try tool.run(CommandLineTool.short + ["--data", "data/text-tale-257"])
        #expect(run.status == 0, "no target on another text: \(run.messages)")
        #expect(run.output.contains("no target"))
        #expect(run.output.contains("speedrun sample results/runs/"))

        let sample = ["sample", "--prompt", "the ", "--tokens", "20", "--seed", "3"]
        let text = try tool.run(sample)
        #expect(text.status == 0, "\(text.messages)")
        #expect(text.output.hasPrefix("the "))
        #expect(try tool.run(sample).output == text.output, "the same seed, the same text")
      }
    }

    /// A run is complete in itself; another tokenizer than its own is refused.
    @Test func aRunIsSampledWhereverItLies() throws {
      try withTool { tool in
        _ = try tool.run(CommandLineTool.short + ["--out", "run"])
        let text = try tool.run("sample", "run", "--tokens", "9")
        #expect(text.status == 0, "\(text.messages)")
        for (from, to) in [("run", "moved"), ("data", "gone")] {
          try FileManager.default.moveItem(
            at: tool.directory.appendingPathComponent(from),
            to: tool.directory.appendingPathComponent(to))
        }
        #expect(try tool.run("sample", "moved", "--tokens", "9").output == text.output)

        // The same tokenizer in another layout is another file: what it says cannot be known to be the same.
        let tokenizer = tool.directory.appendingPathComponent("moved/tokenizer.json")
        try (Data(contentsOf: tokenizer) + Data("\n".utf8)).write(to: tokenizer)
        let changed = try tool.run("sample", "moved")
        #expect(changed.status == 65 && changed.output.isEmpty)
        #expect(changed.messages.contains("moved/tokenizer.json: SHA-256 is"))
        try FileManager.default.removeItem(at: tokenizer)
        let without = try tool.run("sample", "moved")
        #expect(without.status == 66)
        #expect(without.messages.contains("put the tokenizer.json that the run was trained with"))
      }
    }

    @Test func aRunWithoutWeightsIsNotSampled() throws {
      try withTool { tool in
        _ = try tool.run(CommandLineTool.short + ["--out", "run", "--no-save"])
        let sample = try tool.run("sample", "run")
        #expect(sample.status == 66 && sample.output.isEmpty)
        #expect(sample.messages.contains("run/model.safetensors: no such file"))
        #expect(sample.messages.contains("--no-save"), "\(sample.messages)")
      }
    }

    /// A run writes into its own directory only, and says why it does not.
    @Test func aRunReplacesNothingThatIsNotItsOwn() throws {
      try withTool { tool in
        let run = CommandLineTool.short + ["--out", "run"]
        #expect(try tool.run(run).status == 0)
        #expect(try tool.run(run).status == 0, "this very run again")
        let weights = tool.directory.appendingPathComponent("run/model.safetensors")
        let before = try Data(contentsOf: weights)
        let other = try tool.run(run + ["--seed", "1", "--no-save"])
        #expect(other.status == 74)
        #expect(
          other.messages.contains("error: run: holds another run: seed is 0 there and 1 here"))
        #expect(other.messages.contains("--force"))
        #expect(try Data(contentsOf: weights) == before)
        #expect(try tool.run(run + ["--seed", "1", "--force", "--no-save"]).status == 0)
        #expect(tool.contents(of: "run") == ["log.jsonl", "log.txt", "run.json"])

        try FileManager.default.createDirectory(
          at: tool.directory.appendingPathComponent("notes"), withIntermediateDirectories: true)
        try tool.write("a stranger's", to: "notes/log.txt")
        let foreign = try tool.run(CommandLineTool.short + ["--out", "notes"])
        #expect(foreign.status == 74)
        #expect(foreign.messages.contains("notes: is not empty, and not the directory of a run"))
        #expect(try tool.lines(of: "notes/log.txt") == ["a stranger's"])
        #expect(tool.contents(of: "notes") == ["log.txt"])
      }
    }

    /// A path is the same place however it is written.
    @Test(arguments: ["place", "place/", "./place", "other/../place", "link", "link/", "/"])
    func aPlaceCanBeNamedInManyWays(_ name: String) throws {
      try withTool { tool in
        for directory in ["place", "other"] {
          try FileManager.default.createDirectory(
            at: tool.directory.appendingPathComponent(directory), withIntermediateDirectories: true)
        }
        try FileManager.default.createSymbolicLink(
          atPath: tool.directory.appendingPathComponent("link").path, withDestinationPath: "place")
        let place = name == "/" ? tool.directory.appendingPathComponent("place").path : name
        let path = { (file: String) in place.hasSuffix("/") ? place + file : "\(place)/\(file)" }
        func expect(_ status: Int32, _ arguments: [String]) throws {
          let outcome = try tool.run(arguments)
          #expect(outcome.status == status, "\(arguments): \(outcome.messages)")
        }
        try expect(0, ["prepare", "--corpus", "micro", "--out", path("data")])
        let data = ["--data", path("data")]
        try expect(0, CommandLineTool.short + data + ["--out", path("run")])
        try expect(0, CommandLineTool.short + data + ["--out", path("run")])
        try expect(0, ["sample", path("run"), "--tokens", "3"])
        try tool.write(
          "base = \"micro\"\ndata = \"data\"\ntrack.target = 6\ntrack.val_tokens = 512\n",
          to: "place/mine.toml")
        let file = ["--track-file", path("mine.toml"), "--set", "steps=20"]
        try expect(0, ["run", "--quiet", "--out", path("other")] + file)
        for _ in 1...2 {
          try expect(
            5, ["compare", "--seeds", "1", "--quiet", "--out", path("records/mine")] + file)
        }
        try expect(0, ["verify", path("records/mine")])
      }
    }

    @Test func samplingNeedsARun() throws {
      try withTool { tool in
        for arguments in [["sample"], ["sample", "nowhere"]] {
          let run = try tool.run(arguments)
          #expect(run.status == 66)
        }
      }
    }

    @Test func colorsCanBeAskedOfEveryCommandAndItsErrors() throws {
      try withTool { tool in
        let doctor = try tool.run("doctor", "--color", "always")
        #expect(doctor.output.contains("\u{1B}["))
        let sample = try tool.run("sample", "nowhere", "--color", "always")
        #expect(sample.status == 66)
        #expect(sample.messages.hasPrefix("\u{1B}["))
        #expect(try tool.run("sample", "nowhere").messages.hasPrefix("error:"))
      }
    }

    @Test func theDoctorLooksAtMachineAndData() throws {
      try withTool { tool in
        let before = try tool.run("doctor")
        #expect(before.status == 0)
        for name in ["processor", "threads", "SIMD", "OpenBLAS", "Swift", "data kjv", "output"] {
          #expect(before.output.contains(name))
        }
        _ = try tool.run("prepare", "--corpus", "micro")
        #expect(try tool.run("doctor").output.contains("data/micro-257, intact"))
        let shard = tool.directory.appendingPathComponent("data/micro-257/val_000000.bin")
        try Data().write(to: shard)
        let after = try tool.run("doctor").output
        #expect(after.contains("warn  data micro"), "\(after)")
      }
    }
  }
}
