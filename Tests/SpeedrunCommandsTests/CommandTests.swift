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
        #expect(prepared.messages.contains("next: speedrun run --data data/text-tale-257"))

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
