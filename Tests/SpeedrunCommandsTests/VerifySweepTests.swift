import Foundation
import NanoGPT
import Testing

extension CommandLineTests {
  /// What is done to a sweep, and what is said about it.
  @Suite(.serialized) struct VerifySweepTests {
    @Test func aSweepIsVerifiedStageByStage() throws {
      try withTool { tool in
        let plan = try SweepCommandTests.plan.replacing(
          "set.steps = 20",
          with: "set.steps = 6\nset.schedule.warmup_steps = 0\nset.val_tokens = 512")
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
            "trials.jsonl:1: stage is \"course\"; the runs make it \"coarse\""
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
            "plan.toml: arm adamw: unknown key 'stage'"
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
  }
}
