import Foundation
import Testing

extension CommandLineTests {
  /// Standard output that has no room, and what else a program is told by whoever starts it.
  @Suite(.serialized) struct StandardOutputTests {
    /// One of every command that has something to say; a run is there, and a corpus.
    static let commands: [[String]] =
      [
        [], ["--json"], ["--print-config"],
      ].map { CommandLineTool.short + ["--out", "other", "--no-save"] + $0 }.map { ["run"] + $0 }
      + [
        ["--help"], ["help", "run"], ["--version"], ["--generate-completion-script", "bash"],
        ["prepare", "--corpus", "micro"], ["sample", "run", "--tokens", "4"], ["doctor"],
        ["sweep", "plan.toml", "--dry-run"], CompareTests.small + ["--seeds", "2", "--quiet"],
        CompareTests.small + ["--seeds", "2", "--quiet", "--no-run", "--json"], ["verify", "runs"],
        ["verify", "runs", "--json"], BenchmarkTests.small, BenchmarkTests.small + ["--json"],
      ]

    @Test func whatCannotBeWrittenIsNoSuccess() throws {
      try withTool { tool in
        #expect(try tool.run(["run"] + CommandLineTool.short + ["--out", "run"]).status == 0)
        let plan = """
          track = "micro"
          [[arms]]
          name = "muon"
          optimizer = "muon"
          [[arms.stages]]
          name = "rate"
          values.muon.learning_rate = [0.01, 0.02]
          """
        try Data(plan.utf8).write(to: tool.directory.appendingPathComponent("plan.toml"))
        for command in Self.commands {
          let process = tool.shell("\"$@\" >/dev/full 2>messages", command)
          try process.runAndWait()
          let messages = try tool.lines(of: "messages").filter { $0.hasPrefix("error:") }
          #expect(process.terminationStatus == 74, "\(command)")
          #expect(
            messages.count == 1 && messages[0].contains("standard output")
              && messages[0].contains("No space left"), "\(command): \(messages)")
        }
      }
    }

    /// The record of a run stays, whoever does not read its result.
    @Test func aResultThatCannotBePrintedCostsNoRecord() throws {
      try withTool { tool in
        try tool.shell("\"$@\" >/dev/full", CommandLineTool.short + ["--out", "run", "--json"])
          .runAndWait()
        #expect(tool.contents(of: "run").contains("run.json"))
      }
    }

    @Test func theClockOfAProgramStartsWithIt() throws {
      try withTool { tool in
        let run = CommandLineTool.short + ["--out", "run", "--no-save"]
        try tool.shell("sleep 1.5; exec \"$@\"", run).runAndWait()
        let text = try String(
          contentsOf: tool.directory.appendingPathComponent("run/run.json"), encoding: .utf8)
        let record = try CommandLineTool.Outcome(status: 0, output: text, messages: "").json()
        let result = try #require(record["result"] as? [String: Any])
        let startup = try #require(result["startup_seconds"] as? Double)
        let wall = try #require(result["wall_seconds"] as? Double)
        let training = try #require(result["train_seconds"] as? Double)
        #expect(startup > 0 && startup + training < wall)
      }
    }

    @Test func aBoundProgramHasAsManyThreadsAsItMayRun() throws {
      try withTool { tool in
        let run = CommandLineTool.short + ["--out", "run", "--no-save", "--threads", "64"]
        let process = tool.shell("taskset -c 0 \"$@\"", run)
        try process.runAndWait()
        let text = try String(
          contentsOf: tool.directory.appendingPathComponent("run/run.json"), encoding: .utf8)
        #expect(text.contains(/"threads" : 1\b/), "\(text)")
      }
    }

    @Test func theVersionNamesTheCommit() throws {
      try withTool { tool in
        let version = try tool.run("--version").output
        #expect(
          version.wholeMatch(
            of: /speedrun, commit ([0-9a-f]{12}( with changes)?|unknown .*), Swift 6.*\n/) != nil,
          "\(version)")
        let script = try tool.run("--generate-completion-script", "bash").output
        #expect(script.contains("kjv") && script.contains("adamw"))
      }
    }
  }
}
