import Foundation
import Testing

extension CommandLineTests {
  /// Every command that is printed to be typed next works as it is printed.
  @Suite struct NextCommandTests {
    /// Runs the commands of lines that begin with `next`, in a shell; returns the arguments of each.
    @discardableResult
    private static func followed(
      _ outcome: CommandLineTool.Outcome, in tool: CommandLineTool
    ) throws -> [String] {
      let lines = (outcome.output + outcome.messages).split(separator: "\n").compactMap { line in
        line.wholeMatch(of: /\s*next:?\s+(?:half the learning rate: )?(.*)/).map { String($0.1) }
      }
      for line in lines {
        let process = tool.shell(line, [])
        try process.runAndWait()
        #expect([0, 3, 4].contains(process.terminationStatus), "\(line)")
      }
      return lines.map { line in
        line.split(separator: " ").dropFirst().joined(separator: " ")
      }
    }

    private static let micro = ["--track", "micro", "--steps", "20", "--set", "val_tokens=512"]

    @Test func afterARun() throws {
      try withTool { tool in
        let outcome = try tool.run(
          Self.micro + [
            "--out", "a run", "--seed", "5", "--set", "muon.learning_rate=0.03", "--set", "lanes=2",
            "--target", "9", "--threads", "1",
          ])
        #expect(outcome.status == 0)
        let next = try Self.followed(outcome, in: tool)
        #expect(
          next == [
            "sample 'a run'",
            "run --optimizer adamw --track micro --set val_tokens=512 --set lanes=2 --set steps=20 "
              + "--set target=9.0 --seed 5 --threads 1",
          ])
        let other = try #require(tool.contents(of: "results/runs").first)
        let record = try tool.lines(of: "results/runs/\(other)/run.json").joined()
        #expect(record.contains("\"steps\" : 20") || record.contains("\"steps\": 20"))
      }
    }

    @Test func afterARunWithoutWeights() throws {
      try withTool { tool in
        let next = try Self.followed(
          try tool.run(Self.micro + ["--optimizer", "adamw", "--no-save"]), in: tool)
        #expect(next == ["run --optimizer muon --track micro --set val_tokens=512 --set steps=20"])
      }
    }

    @Test func afterARunThatDiverged() throws {
      try withTool { tool in
        let outcome = try tool.run(
          Self.micro + ["--set", "muon.learning_rate=1e39", "--out", "run"])
        #expect(outcome.status == 4)
        #expect(
          try Self.followed(outcome, in: tool) == [
            "run --optimizer muon --track micro --set val_tokens=512 --set steps=20 "
              + "--set muon.learning_rate=5e+38"
          ])
      }
    }

    @Test func afterPreparing() throws {
      try withTool { tool in
        let text = (0..<900).map { "Document \($0) has a few words of its own: \($0 * $0)." }
        try Data(text.joined(separator: "\n\n").utf8).write(
          to: tool.directory.appendingPathComponent("my text.txt"))
        let outcome = try tool.run(
          "prepare", "--text", "my text.txt", "--vocabulary", "257", "--out", "my data")
        #expect(outcome.status == 0)
        let line = try #require(outcome.messages.split(separator: "\n").last)
        #expect(line.hasSuffix("run --data 'my data'"))
        // The whole run would take long: what is printed, and an end.
        let process = tool.shell(
          line.dropFirst("next: ".count)
            + " --steps 2 --set schedule.warmup_steps=0 --set val_tokens=128 --set batch=4"
            + " --set model.model_dim=32", [])
        try process.runAndWait()
        #expect(process.terminationStatus == 0)
      }
    }

    /// Too few seeds: the hint is the whole command, and adds to what is there.
    @Test func afterAComparisonOfTooFewSeeds() throws {
      try withTool { tool in
        let arguments =
          ["compare", "--seeds=2", "--target", "5.4", "--first-seed", "3"] + Self.comparison
        let outcome = try tool.run(arguments)
        #expect(outcome.status == 5)
        let hint = try #require(outcome.complaints.last { $0.hasPrefix("hint:") })
        #expect(hint.hasPrefix("hint: keeps the finished runs and adds the rest: "))
        let command = String(hint.split(separator: ": ").last ?? "")
        #expect(
          command.contains(" compare --target 5.4 --first-seed 3 ")
            && command.hasSuffix(" --seeds 3"))
        let process = tool.shell(command, [])
        try process.runAndWait()
        #expect([0, 5].contains(process.terminationStatus))
        let places = tool.contents(of: "results/comparisons")
        #expect(places.count == 1)
        #expect(
          tool.contents(of: "results/comparisons/\(places.first ?? "")")
            .filter { $0.hasPrefix("adamw-") || $0.hasPrefix("muon-") }.count == 6)
      }
    }

    private static let comparison = [
      "--track", "micro", "--quiet", "--set", "steps=20", "--set", "val_tokens=512",
    ]

    /// Another comparison on the same track has a directory of its own.
    @Test func comparisonsDoNotCollide() throws {
      try withTool { tool in
        for steps in ["20", "21"] {
          let outcome = try tool.run(
            [
              "compare", "--track", "micro", "--quiet", "--seeds", "1", "--target", "5",
              "--set", "val_tokens=512", "--set", "steps=\(steps)",
            ])
          #expect(outcome.status == 5, "\(outcome.messages)")
        }
        let places = tool.contents(of: "results/comparisons")
        #expect(places.count == 2 && places.allSatisfy { $0.hasPrefix("micro-adamw-muon-") })
      }
    }

    @Test func aScriptThatStartsTheProgramSaysItsOwnName() throws {
      try withTool { tool in
        let outcome = try tool.run(
          Self.micro, environment: ["SPEEDRUN_COMMAND": "./Scripts/run"])
        #expect(outcome.output.contains("./Scripts/run sample results/runs/"))
        let failed = try tool.run(
          ["sample", "nowhere"], environment: ["SPEEDRUN_COMMAND": "./Scripts/run"])
        #expect(failed.status == 66)
      }
    }
  }
}
