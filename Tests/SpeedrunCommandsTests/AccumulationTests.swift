import Foundation
import Runs
import Testing

extension CommandLineTests {
  /// A batch in several parts, by the flag and by a track's file.
  @Suite(.serialized) struct AccumulationTests {
    /// The losses of a run on batches of 8 in so many lanes and parts, as the log has them.
    private func losses(
      _ tool: CommandLineTool, lanes: Int, parts: Int?, threads: Int = 2
    ) throws -> [Double] {
      let name = "\(lanes)-\(parts ?? 0)-\(threads)"
      let accumulation = parts.map { ["--set", "accumulation=\($0)"] } ?? []
      let run = try tool.run(
        CommandLineTool.short + ["--set", "lanes=\(lanes)", "--threads", "\(threads)"]
          + accumulation + ["--out", name])
      #expect(run.status == 0, "\(run.messages)")
      return try tool.events(of: name).compactMap { ($0["loss"] ?? $0["val_loss"]) as? Double }
    }

    /// As long as a part has a sequence for every lane, its sums are those of the batch in one.
    @Test func partsWithASequenceForEveryLaneChangeNoBit() throws {
      try withTool { tool in
        let whole = try losses(tool, lanes: 2, parts: nil)
        for parts in [1, 2, 4] { #expect(try losses(tool, lanes: 2, parts: parts) == whole) }
      }
    }

    /// With fewer sequences than lanes, there are so many lanes.
    @Test func smallerPartsChangeTheRoundingOnly() throws {
      try withTool { tool in
        let whole = try losses(tool, lanes: 8, parts: nil)
        let parts = try losses(tool, lanes: 8, parts: 4)
        #expect(parts != whole)
        for (one, other) in zip(parts, whole) { #expect(abs(one - other) < 1e-5 * other) }
        #expect(try losses(tool, lanes: 2, parts: nil) == parts)
        for threads in [1, 4] {
          #expect(try losses(tool, lanes: 8, parts: 4, threads: threads) == parts)
        }
      }
    }

    @Test func partsTakeLessMemory() throws {
      try withTool { tool in
        func peak(_ parts: Int) throws -> Int {
          // Beneath a shell: a program's peak begins with that of the process that started it.
          let run = tool.shell(
            #""$@"; exit $?"#,
            [
              "--track", "micro", "--steps", "1", "--set", "val_tokens=64", "--set", "batch=32",
              "--set", "lanes=32", "--set", "model.model_dim=256", "--set", "accumulation=\(parts)",
              "--quiet", "--no-save", "--out", "\(parts)",
            ])
          try run.runAndWait()
          #expect(run.terminationStatus == 0)
          return try RunRecord(in: tool.directory.appendingPathComponent("\(parts)"))
            .result.peakResidentBytes
        }
        let (whole, parts) = (try peak(1), try peak(8))
        #expect(whole - parts > 150_000_000)
      }
    }

    @Test func aRecordOfPartsIsVerified() throws {
      try withTool { tool in
        let run = try tool.run(
          CompareTests.small + ["--set", "accumulation=4", "--seeds", "3", "--quiet"])
        #expect(run.status == 0, "\(run.messages)")
        let record = try RunRecord(in: tool.directory.appendingPathComponent("runs/muon-seed0"))
        #expect(record.configuration.training.accumulation == 4)
        let verified = try tool.run("verify", "runs", "--rerun", "--quiet")
        #expect(verified.status == 0, "\(verified.output)")
      }
    }
  }
}
