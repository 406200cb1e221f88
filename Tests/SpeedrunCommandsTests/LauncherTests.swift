import Experiments
import Foundation
import Runs
import Testing

extension CommandLineTests {
  /// Sweeps and comparisons whose trials a script starts, as srun or ssh would.
  @Suite(.serialized) struct LauncherTests {
    /// Two trials of so many steps for each of two arms.
    private static func plan(steps: Int) -> String {
      let arms = [("adamw", "0.005, 0.02"), ("muon", "0.02, 0.08")].map { name, rates in
        """
        [[arms]]
        name = "\(name)"
        optimizer = "\(name)"
        set.steps = \(steps)
        set.schedule.warmup_steps = 0
        set.val_tokens = 512
        [[arms.stages]]
        name = "coarse"
        values.\(name).learning_rate = [\(rates)]

        """
      }
      return "track = \"micro\"\n" + arms.joined()
    }

    /// A directory with a plan, its data, and a script `launch`.
    private static func withLauncher(
      _ script: String, steps: Int = 20, _ body: (CommandLineTool) throws -> Void
    ) throws {
      try withTool { tool in
        try tool.write(Self.plan(steps: steps), to: "plan.toml")
        try tool.write("#!/bin/bash\n\(script)\n", to: "launch")
        try FileManager.default.setAttributes(
          [.posixPermissions: 0o755],
          ofItemAtPath: tool.directory.appendingPathComponent("launch").path)
        _ = try tool.run("prepare", "--corpus", "micro")
        try body(tool)
      }
    }

    private static func sweep(_ out: String, by launcher: String? = "./launch") -> [String] {
      ["sweep", "plan.toml", "--out", out, "--parallel", "2"]
        + (launcher.map { ["--launcher", $0] } ?? [])
    }

    /// Closes the descriptor by which a process that a launcher leaves behind is taken for the launcher.
    private static let closing = "for file in {3..60}; do eval \"exec $file>&-\"; done"

    // MARK: The same numbers

    @Test func trialsAreTheSameWithALauncher() throws {
      try Self.withLauncher(#"echo "$1 $2 ${4##*/} $5" >>launched; exec "${@:3}""#) { tool in
        #expect(try tool.run(Self.sweep("plain", by: nil)).status == 0)
        let run = try tool.run(
          Self.sweep("the sweep", by: "./launch {slot} {threads} env") + ["--threads", "3"])
        #expect(run.status == 0, "\(run.messages)")
        #expect(!run.messages.contains("warning: trial"), "\(run.messages)")
        let runs = tool.contents(of: "plain/runs")
        #expect(runs.count == 4 && tool.contents(of: "the sweep/runs") == runs)
        for run in runs {
          #expect(
            try tool.timeless("the sweep/runs/\(run)") == tool.timeless("plain/runs/\(run)"))
          #expect(
            tool.contents(of: "the sweep/runs/\(run)") == tool.contents(of: "plain/runs/\(run)"))
        }
        let launched = try tool.lines(of: "launched").sorted()
        #expect(Set(launched.map { $0.split(separator: " ")[0] }) == ["0", "1"])
        #expect(launched.allSatisfy { $0.contains(" 3 speedrun trial") }, "\(launched)")
        #expect(try tool.run("verify", "the sweep").status == 0)

        let record = try ExperimentRecord(
          in: tool.directory.appendingPathComponent("the sweep"))
        #expect(record.launcher == "launch" && !record.command.contains("launch"))
        let plain = try ExperimentRecord(in: tool.directory.appendingPathComponent("plain"))
        #expect(plain.launcher == nil)
      }
    }

    @Test func aComparisonIsTheSameWithALauncher() throws {
      try withTool { tool in
        let plain = try tool.run(CompareTests.small.dropLast() + ["plain", "--seeds", "3"])
        let run = try tool.run(
          CompareTests.small + ["--seeds", "3", "--launcher", "nice -n 1", "--parallel", "2"])
        #expect(run.status == plain.status && [0, 5].contains(run.status), "\(run.messages)")
        for name in ["slow-seed0", "slow-seed2", "muon-seed1"] {
          #expect(try tool.timeless("runs/\(name)") == tool.timeless("plain/\(name)"))
        }
        #expect(run.messages.contains("[6/6] "))
      }
    }

    // MARK: What goes wrong on the way

    /// The first process is killed, as by a machine that goes down.
    @Test func aTrialThatIsKilledIsStartedAgain() throws {
      try Self.withLauncher(#"mkdir killed 2>/dev/null && kill -KILL $$; exec "$@""#) { tool in
        let run = try tool.run(Self.sweep("sweep"))
        #expect(run.status == 0, "\(run.messages)")
        let warnings = run.messages.split(separator: "\n").filter { $0.hasPrefix("warning: trial") }
        #expect(warnings.count == 1, "\(run.messages)")
        #expect(warnings[0].hasPrefix("warning: trial sweep/runs/adamw-"), "\(run.messages)")
        #expect(warnings[0].hasSuffix(": launch was killed by signal 9; it is started again"))
        #expect(try tool.lines(of: "sweep/trials.jsonl").count == 4)
      }
    }

    /// How the first process ends early, and what its record says of that.
    ///
    /// It is asked to end, as by a scheduler that needs the machine; or its launcher is killed, and it is left behind.
    @Test(arguments: [
      ("kill -TERM $trial; wait $trial", "launch ended with status 130", "SIGTERM"),
      ("kill -KILL $$", "launch was killed by signal 9", "SIGINT"),
    ])
    func aTrialGoesOnFromItsCheckpoint(_ end: String, _ reason: String, _ signal: String) throws {
      let script = """
        # The words are the program, `trial`, and the name.
        if mkdir lost 2>/dev/null; then
          (\(Self.closing); exec "$@") <&0 & trial=$!
          until [ "$(cat sweep/runs/"$3"/log.txt 2>/dev/null | wc -l)" -ge 3 ]; do sleep 0.01; done
          \(end)
        else
          exec "$@"
        fi
        """
      try Self.withLauncher(script, steps: 300) { tool in
        #expect(try tool.run(Self.sweep("plain", by: nil)).status == 0)
        let run = try tool.run(Self.sweep("sweep"))
        #expect(run.status == 0, "\(run.messages)")
        #expect(run.messages.contains(": \(reason)"), "\(run.messages)")
        let runs = tool.contents(of: "plain/runs")
        for run in runs {
          #expect(try tool.timeless("sweep/runs/\(run)") == tool.timeless("plain/runs/\(run)"))
        }
        let interruptions = try runs.compactMap { run in
          try RunRecord(in: tool.directory.appendingPathComponent("sweep/runs/\(run)"))
            .result.interruptions
        }
        try #require(interruptions.map(\.count) == [1])
        #expect(interruptions[0][0].step > 0 && interruptions[0][0].signal == signal)
      }
    }

    /// Only the first two trials find a machine.
    @Test func whatHasFinishedStaysWhenALauncherFails() throws {
      let script = #"""
        mkdir first 2>/dev/null || mkdir second 2>/dev/null || { echo "no machine" >&2; exit 1; }
        exec "$@"
        """#
      try Self.withLauncher(script) { tool in
        let run = try tool.run(Self.sweep("sweep"))
        expectOneLine(run, 69, "launch ended with status 1 (no machine)")
        #expect(run.messages.contains("hint: the same command goes on from here"))
        let finished = try tool.lines(of: "sweep/trials.jsonl")
        #expect(finished.count == 2)
        #expect(try tool.run(Self.sweep("sweep", by: "env")).status == 0)
        #expect(try tool.lines(of: "sweep/trials.jsonl").count == 4)
        #expect(try finished.allSatisfy(tool.lines(of: "sweep/trials.jsonl").contains))
      }
    }

    @Test func controlCIsPassedOnByWhateverStartsTrials() throws {
      // A shell that waits passes on no signal.
      try Self.withLauncher(#""$@"; exit $?"#, steps: 1_000_000) { tool in
        let process = tool.process(Self.sweep("sweep"))
        func hasBegun(_ run: String) -> Bool {
          (try? tool.lines(of: "sweep/runs/\(run)/log.txt").count > 2) ?? false
        }
        try process.runAndWait {
          for _ in 0..<6000 where tool.contents(of: "sweep/runs").count(where: hasBegun) < 2 {
            Thread.sleep(forTimeInterval: 0.01)
          }
          process.interrupt()
        }
        #expect(process.terminationStatus == 130)
        let runs = tool.contents(of: "sweep/runs")
        #expect(runs.count == 2)
        for run in runs {
          let directory = tool.directory.appendingPathComponent("sweep/runs/\(run)")
          #expect(try RunRecord(in: directory).outcome == .interrupted)
          #expect((RunCheckpoint.step(in: directory) ?? 0) > 0)
        }
      }
    }

    // MARK: What cannot be

    @Test(arguments: [
      ("no-such-launcher -n1", "no program 'no-such-launcher'"),
      ("env A={thread}", "nothing replaces {thread}"), ("env 'A", "a quote has no end"),
    ])
    func aLauncherThatCannotBeIsRefused(_ launcher: String, _ said: String) throws {
      try withTool { tool in
        try tool.write(Self.plan(steps: 20), to: "plan.toml")
        for command in [Self.sweep("sweep", by: launcher), ["compare", "--launcher", launcher]] {
          let run = try tool.run(command)
          expectOneLine(run, 64, said)
          #expect(run.complaints.count == 2, "a hint: \(run.messages)")
        }
        #expect(!tool.contents(of: ".").contains("sweep"), "nothing has begun")
      }
    }

    @Test func aLauncherThatKeepsStandardInputIsRefused() throws {
      try Self.withLauncher(#"exec "$@" </dev/null"#) { tool in
        expectOneLine(try tool.run(Self.sweep("sweep")), 64, "no request on standard input")
      }
    }

    /// What a launched process is told, changed on the way.
    @Test(arguments: [
      (#""products":"[^"]*""#, #""products":"own, abacus""#, "the matrix products are those of"),
      (#""sha256":"[0-9a-f]*""#, #""sha256":"00""#, "SHA-256 of the tokenizer was 00"),
      (#""program":"[0-9a-f]*""#, #""program":"00""#, "is another build here"),
      (#""kernels":"[^"]*""#, #""kernels":"abacus""#, "no kernels are called 'abacus'"),
      (#""directory":"[^"]*""#, #""directory":"/nowhere""#, "there is no directory /nowhere here"),
      (#""arguments":"#, #""words":"#, "the request on standard input is not one"),
    ])
    func aProcessThatWouldNotMakeTheSameRefuses(
      _ pattern: String, _ other: String, _ said: String
    ) throws {
      let script = #"""
        read -r request
        exec "$@" < <(\#(Self.closing); sed -E 's|PATTERN|OTHER|' <<<"$request"; cat)
        """#.replacing("PATTERN", with: pattern).replacing("OTHER", with: other)
      try Self.withLauncher(script) { tool in
        let run = try tool.run(Self.sweep("sweep"))
        expectOneLine(run, 64, said)
        #expect(tool.contents(of: "sweep/runs").isEmpty, "nothing is written")
      }
    }
  }
}

extension CommandLineTool {
  /// The log of a run, and what its record says, without what a clock or the machine has said.
  fileprivate func timeless(_ run: String) throws -> [String] {
    let clocks = ["ms", "seconds", "tokens_per_second", "bytes"]
    func timeless(_ value: Any) -> Any {
      guard let object = value as? [String: Any] else { return value }
      return object.filter { key, _ in
        !clocks.contains { key == $0 || key.hasSuffix("_\($0)") || key.contains("_ms_") }
          && !["environment", "interruptions", "pauses"].contains(key)
          && !key.contains("seconds_")
      }.mapValues(timeless)
    }
    func text(_ value: Any) throws -> String {
      String(
        decoding: try JSONSerialization.data(withJSONObject: value, options: .sortedKeys),
        as: UTF8.self)
    }
    let record = try JSONSerialization.jsonObject(
      with: Data(try self.text(of: "\(run)/run.json").utf8))
    let lines = try events(of: run).map { try text(timeless($0)) }
    return lines + [try text(timeless(record))]
  }
}
