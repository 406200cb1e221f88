import Autograd
import Foundation
import NanoGPT
import Testing

extension CommandLineTests {
  /// Runs that are made again.
  @Suite(.serialized) struct VerifyRerunTests {
    @Test func aRunMadeAgainShowsALogThatWasDoctoredConsistently() throws {
      try VerifyTests.withComparison { tool in
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
      try VerifyTests.withComparison { tool in
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
  }
}
