import Foundation
import Testing

extension CommandLineTests {
  @Suite struct ExportTests {
    @Test func aRunBecomesATable() throws {
      try withTool { tool in
        try #require(try tool.run(CommandLineTool.short + ["--out", "run"]).status == 0)
        let exported = try tool.run("export", "--csv", "run")
        #expect(exported.status == 0, "\(exported.messages)")
        let lines = exported.output.split(separator: "\n")
        #expect(lines[0] == "step,train_loss,val_loss,glance_loss,seconds,lr_factor")
        // A line for every step, and one after the last.
        #expect(lines.count == 6)
        let rows = lines.dropFirst().map {
          $0.split(separator: ",", omittingEmptySubsequences: false)
        }
        let events = try tool.events(of: "run")
        for event in events {
          let step = try #require(event["step"] as? Int)
          let (column, key) = event["event"] as? String == "val" ? (2, "val_loss") : (1, "loss")
          let loss = try #require(event[key] as? Double)
          #expect(rows[step][0] == "\(step)" && Double(rows[step][column]) == loss)
        }
        let seconds = rows.compactMap { Double($0[4]) }
        #expect(seconds[0] == 0 && seconds == seconds.sorted() && seconds.count == 5)
        #expect(rows[4][1].isEmpty && rows[4][5].isEmpty)

        #expect(try tool.run("export", "--csv", "run", "--out", "curve.csv").status == 0)
        let file = tool.directory.appendingPathComponent("curve.csv")
        #expect(try String(contentsOf: file, encoding: .utf8) == exported.output)
        // What is there stays.
        let again = try tool.run("export", "--csv", "run", "--out", "curve.csv")
        #expect(again.status == 74 && again.complaints.first?.contains("is there already") == true)
      }
    }

    @Test func whatIsNoRunIsSaid() throws {
      try withTool { tool in
        #expect(try tool.run("export", "--csv", "nowhere").status == 66)
        #expect(try tool.run("export", "nowhere").status == 64)
        try Data("{}\n".utf8).write(to: tool.directory.appendingPathComponent("log.jsonl"))
        let damaged = try tool.run("export", "--csv", ".")
        #expect(damaged.status == 65)
        #expect(damaged.complaints.first?.contains("line 1 is not an event of a run") == true)
      }
    }
  }
}
