import Autograd
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
            || damaged.output.contains("record.json: data cannot be compared: /")
              && damaged.output.contains("manifest.json"),
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
