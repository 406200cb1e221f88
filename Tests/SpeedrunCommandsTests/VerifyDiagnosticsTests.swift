import Autograd
import Foundation
import NanoGPT
import Testing

extension CommandLineTests {
  /// What is done to the diagnostics in a log, and what is said about it.
  @Suite(.serialized) struct VerifyDiagnosticsTests {
    /// What to replace in the log of a run, and what `verify` must say of it.
    private static let edits: [(part: String, other: String, said: String)] = [
      ("\"update_rms\"", "\"update\"", ": not an event of a run, look at 'update_rms'"),
      ("\"update_rms\":", "\"update_rms\":-", "; it should be a number of at least 0"),
      (
        "\"blocks.1.attn.k.weight\"", "\"blocks.1.attn.w.weight\"",
        ": diagnostics are blocks.1.attn.w.weight of step 0; blocks.1.attn.k.weight of step 0 comes next"
      ),
      (
        "\"singular_values\":[1,", "\"singular_values\":[2,",
        ": singular_values begin with 2.0; divided by the largest they begin with 1"
      ),
      ("\"singular_values\":[1,", "\"singular_values\":[", ": singular_values is no list of 17"),
      (
        "\"singular_values\":[1,", "\"singular_values\":[0,",
        ": singular_values does not fall from number to number"
      ),
      (
        "\"singular_values\":[1,", "\"singular_values\":[1e999,",
        ": not an event of a run"
      ),
      (
        "\"event\":\"diagnostics\"", "\"event\":\"dreams\"",
        ": not an event of a run, look at 'event'"
      ),
    ]

    @Test func theyAreReadLineByLineAndMadeAgain() throws {
      try withTool { tool in
        let run = try tool.run(
          CompareTests.small.dropLast(2)
            + ["--seeds", "2", "--diagnostics-every", "3", "--out", "small", "--quiet"])
        #expect(run.status == 0 || run.status == 5, "\(run.messages)")
        let whole = try tool.run("verify", "small", "--rerun", "--quiet")
        #expect(whole.status == 0, "\(whole.output)")
        #expect(whole.output.contains("are equal bit for bit, and so are 36 diagnostics"))
        let events = try tool.events(of: "small/muon-seed0").filter {
          $0["event"] as? String == "diagnostics"
        }
        #expect(events.count == 3 * 12, "steps 0, 3 and 6 of twelve matrices")

        for (number, edit) in Self.edits.enumerated() {
          let record = try Record(copying: "small", to: "copy-\(number)", in: tool)
          try record.replace("muon-seed0/log.jsonl", edit.part, with: edit.other)
          try record.fixChecksums()
          let run = try tool.run("verify", record.name)
          #expect(run.status == 65)
          #expect(
            run.output.contains("muon-seed0/log.jsonl:") && run.output.contains(edit.said),
            "\(number): \(run.output)")
        }

        // What the weights know is in the record, and adds up.
        for (part, said) in [
          ("\"last_words_found\" : ", " last words were found, of "),
          ("\"last_words\" : ", " last words were found, of "),
          ("\"targets\" : ", "a group has no number of targets "),
        ] {
          let record = try Record(copying: "small", to: "knowing", in: tool)
          try record.replace(
            "muon-seed0/run.json", part,
            with: part + (part.contains("last_words\"") ? "-" : "99999"))
          try record.fixChecksums()
          let run = try tool.run("verify", record.name)
          #expect(run.status == 65)
          #expect(
            run.output.contains("muon-seed0/run.json: result.evaluation: ")
              && run.output.contains(said), "\(run.output)")
          try FileManager.default.removeItem(at: record.url)
        }

        // What could be true is found by making it again.
        let known = try Record(copying: "small", to: "known", in: tool)
        try known.edit("muon-seed0/run.json", line: nil, "\"largest_score\" : ", digit: 0)
        try known.fixChecksums()
        #expect(try tool.run("verify", "known").status == 0)
        let remade = try tool.run("verify", "known", "--rerun", "--quiet")
        #expect(remade.status == 65)
        #expect(
          remade.output.contains("run.json: result.evaluation is not the same made again"),
          "\(remade.output)")

        // A number that could be true is found by making it again.
        let record = try Record(copying: "small", to: "doctored", in: tool)
        let line = try #require(
          try record.text("muon-seed0/log.jsonl").split(separator: "\n").firstIndex {
            $0.contains("\"weight_norm\":") && $0.contains("blocks.1.mlp.fc.weight")
          })
        try record.edit("muon-seed0/log.jsonl", line: line + 1, "\"weight_norm\":", digit: 3)
        try record.fixChecksums()
        #expect(try tool.run("verify", "doctored").status == 0)
        let again = try tool.run("verify", "doctored", "--rerun", "--quiet")
        #expect(again.status == 65)
        #expect(
          again.output.contains(
            "muon-seed0/log.jsonl:\(line + 1): diagnostics of blocks.1.mlp.fc.weight at step 0 are "
              + "not the same made again"), "\(again.output)")
      }
    }
  }
}
