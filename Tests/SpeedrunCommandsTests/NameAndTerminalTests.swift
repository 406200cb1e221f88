import Foundation
import Runs
import SpeedrunCommands
import Testing

extension CommandLineTests {
  /// Names with anything in them, narrow terminals, and messages that nobody reads.
  @Suite(.serialized) struct NameAndTerminalTests {
    private static let short = ["run"] + CommandLineTool.short

    // MARK: Names

    @Test(arguments: [
      "with spaces", "with\nline ends\n", "-dash", "quotes'\"$(exit)`", "\u{1B}[31m",
    ])
    func anyNameIsAName(_ name: String) throws {
      try withTool { tool in
        let text = (0..<300).map { "Words \($0), and \($0 * $0) more of them.\n\n" }.joined()
        try tool.write(text, to: "text")
        let data = "data \(name)"
        let prepare = [
          "prepare", "--text", "text", "--name", "words", "--vocabulary", "257", "--out", data,
        ]
        #expect(try tool.run(prepare).status == 0)
        try FileManager.default.moveItem(
          at: tool.directory.appendingPathComponent("text"),
          to: tool.directory.appendingPathComponent(name))
        let prepared = try tool.run(prepare.map { $0 == "text" ? "./\(name)" : $0 })
        #expect(prepared.status == 0, "\(prepared.messages)")
        #expect(prepared.messages.contains("already prepared"), "\(prepared.messages)")

        let track = "track \(name).toml"
        try tool.write(try tool.run("run", "--track", "micro", "--print-config").output, to: track)
        let run =
          ["run", "--track-file", track, "--data", data, "--out", "./\(name) run", "--quiet"]
          + ["--steps", "4", "--set", "val_tokens=512"]
        #expect(try tool.run(run).status == 0)
        #expect(tool.contents(of: "\(name) run").contains("run.json"))
        #expect(try tool.run("sample", "./\(name) run", "--tokens", "4").status == 0)
        // An error about it is a line all the same.
        let other = try tool.run(run + ["--seed", "3"])
        expectOneLine(other, 74, "seed is 0 there and 3 here")
        #expect(other.messages.split(separator: "\n").count == 1, "\(other.messages)")
        #expect(!other.messages.contains("\u{1B}"))
        expectOneLine(try tool.run("prepare", "--text", "no \(name)"), 66, "no such file")
        expectOneLine(try tool.run("run", "--track-file", "no \(name)"), 66, "no such file")
        expectOneLine(try tool.run(Self.short + ["--data", "no \(name)"]), 66, "no such directory")
      }
    }

    /// Such a name would become another one, and a run would go where nobody has asked for.
    @Test(arguments: ["--out", "--data", "--text", "--track-file"])
    func aNameThatIsNoTextIsRefused(_ option: String) throws {
      try withTool { tool in
        let command = option == "--text" ? ["prepare"] : ["run", "--track", "micro"]
        let process = tool.shell(
          "\"$@\" \(option) $'caf\\xe9' 2>messages", command)
        try process.runAndWait()
        #expect(process.terminationStatus == 64)
        let messages = try tool.lines(of: "messages")
        #expect(messages.first == "error: an argument is not UTF-8: 'caf\u{FFFD}'")
        #expect(messages.count == 2)
        #expect(tool.contents(of: ".") == ["messages"])
      }
    }

    @Test func aDirectoryWhoseNameIsNoTextIsRefused() throws {
      try withTool { tool in
        let process = tool.shell(
          "mkdir $'caf\\xe9'; cd $'caf\\xe9'; \"$@\" 2>../messages; status=$?; ls -A >../left; exit $status",
          Self.short + ["--out", "run"])
        try process.runAndWait()
        #expect(process.terminationStatus == 64)
        let messages = try tool.lines(of: "messages")
        #expect(messages.first?.contains("the name of this directory is not UTF-8") == true)
        #expect(try tool.text(of: "left").isEmpty)
        try FileManager.default.removeItem(at: tool.directory.appendingPathComponent("left"))
      }
    }

    // MARK: Terminals and readers

    /// A line that wraps cannot be taken back: the terminal would fill with what is left of it.
    @Test(arguments: [1, 8, 20, 33])
    func aProgressLineNeverWraps(_ columns: Int) throws {
      for (step, steps) in [(1, 4), (999_999_999, 1_000_000_000)] {
        let line = ProgressLine(
          step: step, steps: steps, loss: 123_456.5, validationLoss: 9.25, target: 3.5,
          tokensPerSecond: 123_456_789, secondsLeft: 86_400)
        #expect(line.text(width: columns).count < columns)
      }
      try withTool { tool in
        // `script` gives the program a terminal.
        let command =
          "\(columns > 0 ? "stty cols \(columns); " : "")exec \"$PROGRAM\" $OPTIONS >/dev/null"
        let process = tool.shell(
          "export PROGRAM=$1 OPTIONS=\"${*:2}\"; script -qec '\(command)' /dev/null >screen",
          Self.short.filter { $0 != "--quiet" } + ["--out", "run", "--color", "never"])
        try process.runAndWait()
        #expect(process.terminationStatus == 0)
        // What follows each return to the start of the line, up to the next.
        let shown = try tool.text(of: "screen").components(separatedBy: "\r\u{1B}[2K").dropFirst()
        #expect(shown.count >= 3)
        #expect(shown.allSatisfy { !$0.contains("\n") && $0.count < columns })
      }
    }

    /// Messages are for whoever reads them; a run whose reader is gone goes on.
    @Test(arguments: ["2>&-", "2>/dev/full", "2> >(exec <&-; sleep 9)", "2>&- <&- >/dev/null"])
    func nobodyNeedsToReadMessages(_ redirection: String) throws {
      try withTool { tool in
        let process = tool.shell(
          "\"$@\" \(redirection)",
          Self.short.filter { $0 != "--quiet" } + ["--out", "run", "--no-save"])
        try process.runAndWait()
        #expect(process.terminationReason == .exit && process.terminationStatus == 0)
        let record = try RunRecord(in: tool.directory.appendingPathComponent("run"))
        #expect(record.outcome == .completed)
        try tool.expectWhole("run")
      }
    }
  }
}
