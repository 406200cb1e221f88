import Foundation
import NanoGPT
import Testing
import Text

extension CommandLineTests {
  /// What is edited in a comparison, and what is said about it.
  @Suite(.serialized) struct VerifyEditTests {
    /// Edits of the files of a record, after which `verify` must say exactly this, in any order; a line
    /// may be only the beginning of what is said.
    private static let edits: [(edit: @Sendable (Record) throws -> Void, said: [String])] = [
      (
        { try $0.edit("slow-seed1/log.jsonl", line: 4, "\"val_loss\":", digit: 3) },
        [
          "slow-seed1/log.jsonl: SHA-256 is ", "slow-seed1/log.jsonl:4: bits_per_byte is ",
          "slow-seed1/log.txt:2: step:2/8 val_loss:",
        ]
      ),
      (
        {
          try $0.edit("slow-seed1/log.jsonl", line: 4, "\"val_loss\":", digit: 12)
          try $0.fixChecksums()
        },
        ["slow-seed1/log.jsonl:4: bits_per_byte is "]
      ),
      (
        {
          try $0.edit("slow-seed1/log.jsonl", line: 4, "\"val_loss\":", digit: 12)
          try $0.edit("slow-seed1/log.jsonl", line: 2, "\"loss\":", digit: 6)
        },
        ["slow-seed1/log.jsonl: SHA-256 is ", "slow-seed1/log.jsonl:4: bits_per_byte is "]
      ),
      (
        {
          try $0.edit("muon-seed0/log.jsonl", line: 2, "\"optimizer_ms\":", digit: 4)
          try $0.fixChecksums()
        },
        [
          "muon-seed0/run.json: result.optimizer_seconds is "
        ]
      ),
      (
        { record in
          try record.replace("muon-seed1/log.jsonl", "\"step\":3,", with: "\"step\":4,")
          try record.fixChecksums()
        },
        [
          "muon-seed1/log.jsonl:6: step is 4; it should be 3"
        ]
      ),
      (
        { record in
          try record.replace("muon-seed1/log.jsonl", "\"lr_factor\":1,", with: "\"lr_factor\":0.9,")
          try record.fixChecksums()
        },
        (2...6).filter { $0 != 4 }.map {
          "muon-seed1/log.jsonl:\($0): lr_factor is 0.9; it should be 1"
        }
      ),
      (
        { record in
          try record.swap("muon-seed0", "muon-seed2")
          try record.fixChecksums()
        },
        [
          "muon-seed0/run.json: configuration.training.seed is 2; the directory's name says 0",
          "muon-seed2/run.json: configuration.training.seed is 0; the directory's name says 2",
          "result.json:",
        ]
      ),
      (
        { record in
          for file in ["run.json", "log.jsonl", "log.txt"] {
            try record.write(
              try record.text("muon-seed0/\(file)")
                .replacing("\"seed\" : 0", with: "\"seed\" : 2"),
              to: "muon-seed2/\(file)")
          }
          try record.fixChecksums()
        },
        [
          "muon-seed2/log.jsonl: its validation losses are those of muon-seed0, which has another seed",
          "result.json:", "record.json: compute.",
        ]
      ),
      (
        { record in
          for seed in 0..<3 {
            try record.replace(
              "muon-seed\(seed)/run.json", "\"learning_rate\" : 0.04",
              with: "\"learning_rate\" : 0.05")
          }
          try record.fixChecksums()
          try record.fixConfiguration(ofArm: 1)
        },
        (0..<3).map {
          "muon-seed\($0)/run.json: configuration.groups[0].learning_rate is 0.05; "
            + "track and settings make it 0.04"
        }
      ),
      (
        {
          try $0.replace(
            "muon-seed1/run.json", "\"outcome\" : \"reached\"", with: "\"outcome\" : \"missed\"")
          try $0.fixChecksums()
        },
        ["muon-seed1/run.json: outcome is \"missed\"; the log makes it \"reached\""]
      ),
      (
        { try $0.remove("muon-seed2/log.txt") },
        ["muon-seed2/log.txt: missing; record.json lists it"]
      ),
      (
        { try $0.write("", to: "muon-seed2/notes.txt") },
        ["muon-seed2/notes.txt: not part of the record; remove it"]
      ),
      (
        { record in
          try record.replace("result.json", "\"resamples\" : 10000", with: "\"resamples\" : 10001")
          try record.fixChecksums()
        },
        ["result.json:"]
      ),
      (
        { record in
          try record.keep(10, linesOf: "muon-seed0/log.jsonl")
          try record.fixChecksums()
        },
        [
          "muon-seed0/log.jsonl:10: the log ends after this line, before its time"
        ]
      ),
      (
        { record in
          try record.write(
            try record.text("muon-seed0/log.jsonl") + "{\"event\":\"val\",\"step\":9}\n",
            to: "muon-seed0/log.jsonl")
          try record.fixChecksums()
        },
        ["muon-seed0/log.jsonl:14: not an event of a run, look at 'val_loss'"]
      ),
      (
        { try $0.replace("record.json", "\"heads\" : 2", with: "\"heads\" : 0") },
        ["record.json: track: vocab_size, model_dim, heads, layers and context must be at least 1"]
      ),
      (
        { try $0.replace("record.json", "\"model_dim\" : 64", with: "\"model_dim\" : 65536") },
        (0..<6).map {
          "\($0 < 3 ? "slow" : "muon")-seed\($0 % 3)/run.json: its model is too large to be looked at"
        }
      ),
      (
        {
          try $0.replace(
            "muon-seed0/run.json", "\"steps\" : 8", with: "\"steps\" : \(Int.max)")
          try $0.fixChecksums()
        },
        [
          "muon-seed0/run.json: configuration.training.steps is \(Int.max); ",
          "muon-seed0/run.json: result.steps is \(Int.max); the log makes it 8",
          "record.json: arms[1].configuration_sha256 is ",
        ]
      ),
      (
        { record in
          let log = try record.text("muon-seed0/log.jsonl")
          try record.write(
            log.replacing(/"step_ms":[0-9.]+/, with: "\"step_ms\":0"), to: "muon-seed0/log.jsonl")
          try record.fixChecksums()
        },
        ["muon-seed0/log.jsonl:", "muon-seed0/log.txt:"]
      ),
      (
        {
          try $0.replace(
            "record.json", "\"purpose\" : \"leaderboard\"", with: "\"purpose\" : \"search\"")
        },
        [
          "record.json: purpose is \"search\", which no comparison has",
          "record.json: purpose is \"search\"; the command says \"leaderboard\"",
        ]
      ),
      (
        {
          try $0.replace(
            "record.json", "\"vocabulary\" :", with: "\"version\" : 1, \"vocabulary\" :")
        },
        [
          "record.json: base.track is version 1 of micro, which is not known here",
          "record.json: track.version is 1",
        ]
      ),
      (
        { try $0.replace("record.json", "--seeds 3", with: "--seeds 2") },
        ["record.json: seeds is [0,1,2]; the command says [0,1]"]
      ),
      (
        { try $0.replace("record.json", "--arm muon ", with: "--arm muon,muon.momentum=0.9 ") },
        ["record.json: arms[1].settings is []; the command says [\"muon.momentum=0.9\"]"]
      ),
      (
        { try $0.replace("record.json", "speedrun compare", with: "speedrun compare --fast") },
        ["record.json: command cannot be read: "]
      ),
      (
        { try $0.replace("record.json", "speedrun compare", with: "speedrun sweep") },
        ["record.json: command is no `speedrun compare`: "]
      ),
      (
        { try $0.replace("record.json", "\"kind\" :", with: "\"note\" : 1, \"kind\" :") },
        ["record.json: note is 1; there should be none"]
      ),
      (
        { try $0.write("garbage", to: "record.json") },
        ["record.json: not the record of an experiment"]
      ),
      (
        { try $0.write("{\"version\": 2}", to: "record.json") },
        ["record.json: version 2 of a record is not 1"]
      ),
      ({ try $0.remove("record.json") }, ["record.json: no such file"]),
      (
        { try $0.write("[1, 2", to: "slow-seed0/run.json") },
        [
          "slow-seed0/run.json: SHA-256 is ",
          "slow-seed0/run.json: not the record of a run: not JSON",
        ]
      ),
      (
        { try $0.replace("record.json", "\"runs\" : 6", with: "\"runs\" : 7") },
        ["record.json: compute.runs is 7; the runs make it 6"]
      ),
      (
        { try $0.replace("record.json", "\"cpu\" : \"", with: "\"cpu\" : \"Better ") },
        ["record.json: machines[0].cpu is \"Better "]
      ),
      (
        {
          try $0.replace(
            "record.json", "\"learning_rate\" : 0.04", with: "\"learning_rate\" : 0.03")
        },
        (0..<6).map {
          "\($0 < 3 ? "slow" : "muon")-seed\($0 % 3)/run.json: configuration.groups[0].learning_rate "
            + "is 0.04; track and settings make it 0.03"
        }
      ),
    ]

    @Test func everyEditIsFound() throws {
      try VerifyTests.withComparison { tool in
        for (number, (edit, said)) in Self.edits.enumerated() {
          let record = try Record(copying: "results/records/small", to: "copy-\(number)", in: tool)
          try edit(record)
          let run = try tool.run("verify", record.name)
          #expect(run.status == 65, "\(number): \(run.messages)")
          #expect(
            run.messages
              == "error: \(record.name): not what it should be; take the files back from where they "
              + "came, or make the runs again\n")
          let lines = run.output.split(separator: "\n").dropFirst().map {
            $0.dropFirst("  \(record.name)/".count)
          }
          #expect(
            said.allSatisfy { said in lines.contains { $0.hasPrefix(said) } }
              && lines.allSatisfy { line in
                // Another last digit may make a number that is written in fewer.
                line.contains("; it should be ") || said.contains { line.hasPrefix($0) }
              },
            "\(number): \(run.output)")
          try FileManager.default.removeItem(at: record.url)
        }
      }
    }
  }
}
