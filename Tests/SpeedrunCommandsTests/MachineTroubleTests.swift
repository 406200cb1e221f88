import Foundation
import NanoGPT
import Runs
import SpeedrunCommands
import TestSupport
import Testing
import Text

extension CommandLineTests {
  /// Disks that are full, places that cannot be written, names and terminals that nobody expects.
  @Suite(.serialized) struct MachineTroubleTests {
    private static let short = ["run"] + CommandLineTool.short

    // MARK: A full disk

    /// A command that writes, and the size in KiB beyond which no file grows: smaller and smaller, so that one file after
    /// the other does not fit.
    static let writers: [(command: [String], limits: [Int])] = [
      (["prepare", "--corpus", "micro", "--out", "data2"], [600, 60, 4, 1]),
      (
        short.filter { $0 != "--quiet" } + ["--tensorboard", "--no-checkpoint", "--out", "other"],
        [60, 8, 4, 1]
      ),
      (CompareTests.small + ["--seeds", "2", "--quiet"], [9, 5, 4, 1]),
      (["sweep", "plan.toml", "--quiet", "--out", "sweep"], [4, 1]),
      (["report", "--out", "page"], [8, 1]),
      (["export", "run", "--csv", "--out", "curve.csv"], [1]),
      (["export", "run", "--huggingface", "model"], [64, 8, 1]),
    ]

    @Test(arguments: writers)
    func aFullDiskLeavesOnlyWholeFiles(_ command: [String], _ limits: [Int]) throws {
      try withTool { tool in
        let run = ["--track", "micro", "--set", "val_tokens=512", "--quiet", "--out", "run"]
        #expect(try tool.run(run + ["--steps", "40"]).status == 0)
        try tool.write(
          """
          track = "micro"
          [[arms]]
          name = "muon"
          optimizer = "muon"
          set.steps = 4
          [[arms.stages]]
          name = "rate"
          values.muon.learning_rate = [0.01, 0.02]

          """, to: "plan.toml")
        if command[0] == "report" {
          let record = CompareTests.small.map { $0 == "runs" ? "results/records/small" : $0 }
          #expect([0, 5].contains(try tool.run(record + ["--seeds", "2", "--quiet"]).status))
        }
        for limit in limits {
          let full = try tool.run(command, fileSizeLimit: limit)
          expectOneLine(full, 74, "File too large")
          try tool.expectWhole(".")
        }
        // What is left is in nobody's way.
        let whole = try tool.run(command)
        #expect([0, 3, 5].contains(whole.status), "\(whole.messages)")
      }
    }

    /// A process that is killed while seeds are added has named some files of the record, and not the others.
    @Test func aRecordThatWasHalfReplacedIsMadeAgain() throws {
      try withTool { tool in
        let command = CompareTests.small + ["--quiet", "--seeds"]
        #expect([0, 5].contains(try tool.run(command + ["2"]).status))
        let files = ["runs.csv", "record.json"]
        let before = try files.map { try tool.text(of: "runs/\($0)") }
        #expect([0, 5].contains(try tool.run(command + ["3"]).status))
        let rows = try tool.lines(of: "runs/runs.csv").count
        for (name, text) in zip(files, before) { try tool.write(text, to: "runs/\(name)") }
        // The packed runs are all that is left, two of them without their logs.
        for name in tool.contents(of: "runs") where name.contains("-seed") {
          try FileManager.default.removeItem(
            at: tool.directory.appendingPathComponent("runs/\(name)"))
        }
        #expect([0, 5].contains(try tool.run(command + ["3"]).status))
        #expect(
          tool.contents(of: "runs").filter { $0.contains("-seed") } == ["muon-seed2", "slow-seed2"])
        #expect(try tool.lines(of: "runs/runs.csv").count == rows)
        #expect(try tool.run("verify", "runs").status == 0)
      }
    }

    // MARK: Places that cannot be written

    /// Whoever runs the tests may write anywhere but in the directory of processes, where the system itself refuses.
    @Test(arguments: [
      ["prepare", "--corpus", "micro", "--out", "/proc/none/here"],
      short + ["--out", "/proc/none/here"],
      CompareTests.small.dropLast() + ["/proc/none/here", "--seeds", "2", "--quiet"],
      ["sweep", "plan.toml", "--quiet", "--out", "/proc/none/here"],
      ["report", "--out", "/proc/none/here"],
      ["export", "run", "--csv", "--out", "/proc/none/here"],
      ["export", "run", "--huggingface", "/proc/none/here"],
    ])
    func aPlaceThatCannotBeWrittenIsSaid(_ command: [String]) throws {
      try withTool { tool in
        #expect(try tool.run(Self.short + ["--out", "run"]).status == 0)
        try tool.write(try SweepCommandTests.plan, to: "plan.toml")
        if command[0] == "report" {
          let record = CompareTests.small.map { $0 == "runs" ? "results/records/small" : $0 }
          #expect([0, 5].contains(try tool.run(record + ["--seeds", "2", "--quiet"]).status))
        }
        expectOneLine(try tool.run(command), 74, "/proc/none/here")
      }
    }

    @Test func aDirectoryThatCannotBeWrittenIsNoPlaceToStart() throws {
      try withTool { tool in
        let process = tool.shell("here=$PWD; cd /proc; \"$@\" 2>\"$here/messages\"", Self.short)
        try process.runAndWait()
        #expect(process.terminationStatus == 74)
        let messages = try tool.lines(of: "messages")
        #expect(messages.count == 1 && messages[0].hasPrefix("error: /proc/data/micro-257"))
      }
    }

    /// Nothing is kept outside of where a command is told to write.
    @Test func aHomeThatCannotBeWrittenIsNotMissed() throws {
      try withTool { tool in
        let home = ["HOME": "/proc/none", "XDG_CACHE_HOME": "/proc/none", "TMPDIR": "/proc/none"]
        for command in [
          Self.short + ["--out", "run"], CompareTests.small + ["--seeds", "2", "--quiet"],
          ["sample", "run", "--tokens", "4"], ["export", "run", "--huggingface", "model"],
        ] {
          let run = try tool.run(command, environment: home)
          #expect([0, 5].contains(run.status), "\(command): \(run.messages)")
        }
      }
    }

    // MARK: Clocks

    /// The system's clock may be set back while a run goes on: what takes a time is measured by a clock that nobody sets.
    ///
    /// The day's clock only names and dates things, in the places that are listed here.
    @Test func noDurationIsMeasuredByTheClockOfTheDay() throws {
      let sources = repository.appendingPathComponent("Sources")
      let names = try FileManager.default.subpathsOfDirectory(atPath: sources.path)
      var found: [String] = []
      for name in names.sorted() where name.hasSuffix(".swift") {
        let text = try String(contentsOf: sources.appendingPathComponent(name), encoding: .utf8)
        let reading =
          /\bDate\(\)|\bDate\.now\b|gettimeofday|CLOCK_REALTIME|\btime\(nil\)|CFAbsoluteTime/
        if text.contains(reading) { found.append(name) }
        #expect(!text.contains(/timeIntervalSince(?!1970)|timeIntervalSinceNow/), "\(name)")
      }
      #expect(
        found == [
          // The date of a record, the name of a run's directory, the stamps of checkpoints and of TensorBoard's events.
          "Experiments/RecordFiles.swift", "Runs/CheckpointWriter.swift", "Runs/RunDirectory.swift",
          "Runs/TensorBoardFile.swift",
        ])
    }

    // MARK: Others who write

    /// The shards were read at the start; a tokenizer that has changed since is not copied as the run's own.
    @Test func dataThatChangeDuringARunDoNotChangeTheRun() throws {
      try withTool { tool in
        _ = try tool.run("prepare", "--corpus", "micro", "--out", "data")
        let long = Self.short + ["--data", "data", "--steps", "150", "--set", "val_every=150"]
        #expect(try tool.run(long + ["--out", "whole"]).status == 0)
        let process = tool.process(long + ["--out", "run"])
        let files = try ["train_000000.bin", "val_000000.bin", "tokenizer.json"].map {
          let url = tool.directory.appendingPathComponent("data/\($0)")
          return (url: url, bytes: try Data(contentsOf: url))
        }
        try process.runAndWait {
          while process.isRunning, ((try? tool.lines(of: "run/log.jsonl").count) ?? 0) < 20 {
            usleep(1000)
          }
          // In place: a new file of the same name would leave the old one to who has it open.
          for (url, bytes) in files {
            guard let file = try? FileHandle(forWritingTo: url) else { continue }
            try? file.write(contentsOf: Data(repeating: 0, count: bytes.count / 2))
            try? file.truncate(atOffset: UInt64(bytes.count / 2))
          }
        }
        #expect(process.terminationStatus == 65, "the tokenizer is another")
        let losses = try ["run", "whole"].map { name in
          try tool.events(of: name).map { "\($0["loss"] ?? "")\($0["val_loss"] ?? "")" }
        }
        #expect(losses[0] == losses[1] && losses[0].count == 152)
        let records = try ["run", "whole"].map {
          try RunRecord(in: tool.directory.appendingPathComponent($0))
        }
        #expect(records[0].result.finalValLoss == records[1].result.finalValLoss)
        #expect(!tool.contents(of: "run").contains("tokenizer.json"))
        // The next run knows that these are not the files that were prepared.
        expectOneLine(try tool.run(long + ["--out", "next"]), 65, "data/")
      }
    }

    @Test func whoPreparesTheSameAtTheSameTimeGetsTheSame() throws {
      try withTool { tool in
        let command = ["prepare", "--corpus", "micro", "--out", "data"]
        let process = tool.shell(
          "for number in 1 2 3 4; do \"$@\" 2>messages & all+=($!); done; "
            + "for one in ${all[@]}; do wait $one || exit 1; done", command)
        try process.runAndWait()
        #expect(process.terminationStatus == 0)
        #expect(tool.contents(of: ".") == ["data", "messages"], "nothing is left over")
        let again = try tool.run(command)
        #expect(again.status == 0 && again.messages.contains("already prepared"))
        #expect(try tool.run(Self.short + ["--data", "data", "--out", "run"]).status == 0)
      }
    }
  }
}
