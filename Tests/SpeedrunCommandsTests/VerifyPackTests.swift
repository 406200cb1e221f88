import Foundation
import Testing

extension CommandLineTests {
  /// What is edited in the packed files of a comparison, and what is said about it.
  @Suite(.serialized) struct VerifyPackTests {
    /// Edits of a record as it is committed, after which `verify` must say lines that begin with these, and no others.
    private static let edits: [(edit: @Sendable (Record) throws -> Void, said: [String])] = [
      (
        { try $0.edit("runs.csv", line: 5, ",val,2,", digit: 3) },
        [
          "runs.csv:2: slow-seed0/log.jsonl: SHA-256 is ",
          "runs.csv:2: slow-seed0/log.txt: SHA-256 is ",
          "runs.csv:5: slow-seed0/log.jsonl:4: bits_per_byte is ",
        ]
      ),
      (
        { try $0.edit("runs.csv", line: 4, ",train,1,", digit: 3) },
        ["runs.csv:2: slow-seed0/log.jsonl: SHA-256 is "]
      ),
      (
        { try $0.replace("runs.csv", "slow-seed0,train,1,", with: "slow-seed0,train,2,") },
        ["runs.csv:4: step is 2; it should be 1"]
      ),
      (
        { try $0.double(row: 4) },
        ["runs.csv:5: step is 1; it should be 2"]
      ),
      (
        { try $0.replace("runs.csv", "slow-seed0,val,2,5", with: "slow-seed0,val,2,05") },
        ["runs.csv:5: loss is '05."]
      ),
      (
        { try $0.replace("runs.csv", "slow-seed0,val,2,", with: "slow-seed0,test,2,") },
        ["runs.csv:5: event is 'test', none of train, val and glance"]
      ),
      (
        { try $0.replace("runs.csv", "slow-seed0,train,1,", with: "slow-seed0,val,1,") },
        ["runs.csv:4: step_ns is '"]
      ),
      (
        { try $0.replace("runs.csv", "slow-seed0,val,2,", with: "other-seed0,val,2,") },
        ["runs.csv:5: no run other-seed0"]
      ),
      (
        { try $0.replace("runs.csv", "slow-seed0,val,2,", with: "slow-seed0,val,2,,") },
        ["runs.csv:5: 8 fields; it should be 7"]
      ),
      (
        { try $0.remove(row: 5) },
        [
          "runs.csv:5: slow-seed0/log.jsonl:4: the validation of step 2 is missing before this line",
          "runs.csv:2: slow-seed0/log.jsonl: SHA-256 is ",
          "runs.csv:2: slow-seed0/log.txt: SHA-256 is ",
        ]
      ),
      (
        { try $0.double(row: 5) },
        [
          "runs.csv:6: slow-seed0/log.jsonl:5: the validation of step 2 is one too many",
          "runs.csv:2: slow-seed0/log.jsonl: SHA-256 is ",
          "runs.csv:2: slow-seed0/log.txt: SHA-256 is ",
        ]
      ),
      ({ try $0.remove(row: 4) }, ["runs.csv:4: step is 2; it should be 1"]),
      (
        { try $0.replace("runs.csv", "step_ns", with: "step_ms") },
        ["runs.csv:1: not run,event,step,loss,bits_per_byte,step_ns,optimizer_ns"]
      ),
      (
        { try $0.write(String(try $0.text("runs.csv").dropLast()), to: "runs.csv") },
        ["runs.csv:79: breaks off"]
      ),
      (
        { try $0.keep(66, linesOf: "runs.csv") },
        ["runs.jsonl:6: muon-seed2/log.jsonl: SHA-256 is ", "runs.jsonl:6: muon-seed2/log.txt: "]
      ),
      (
        { record in
          let rows = try record.text("runs.csv").split(separator: "\n").dropFirst()
          let sorted = rows.filter { $0.hasPrefix("m") } + rows.filter { $0.hasPrefix("s") }
          let header = try record.text("runs.csv").prefix { $0 != "\n" }
          try record.write(
            ([header] + sorted).map { $0 + "\n" }.joined(), to: "runs.csv")
        },
        (2...11).map { "runs.csv:\($0): muon-seed" } + ["runs.csv: and "]
      ),
      (
        { try $0.replace("runs.jsonl", muon1, with: "\(muon1),\"luck\":1") },
        ["runs.jsonl:4: luck is 1; there should be none"]
      ),
      (
        { try $0.replace("runs.jsonl", muon1, with: "\(muon1),\(muon1)") },
        ["runs.jsonl:4: {"]
      ),
      (
        { try $0.replace("runs.jsonl", muon1, with: "\"run\":\"muon-seed2\"") },
        ["runs.jsonl:6: muon-seed2 is there twice"]
      ),
      (
        { try $0.replace("runs.jsonl", "\"seed\":1,", with: "\"seed\":7,") },
        [
          "runs.jsonl:3: slow-seed1/run.json: configuration.training.seed is 7; the directory's",
          "runs.jsonl:4: muon-seed1/run.json: configuration.training.seed is 7; the directory's",
          "runs.jsonl:3: slow-seed1/run.json: SHA-256 is ",
          "runs.jsonl:4: muon-seed1/run.json: SHA-256 is ",
        ]
      ),
      (
        { try $0.replace("runs.jsonl", "\"seed\":1,", with: "\"seed\":x,") },
        ["runs.jsonl:3: not of a run: not JSON"]
      ),
      (
        { record in
          let lines = try record.text("runs.jsonl")
          try record.write(
            "\n" + lines.replacing("\"seed\":2,", with: "\"seed\":x,"), to: "runs.jsonl")
        },
        ["runs.jsonl:6: not of a run: not JSON"]
      ),
      ({ try $0.remove("runs.jsonl") }, ["runs.jsonl: no such file"]),
    ]

    private static let muon1 = "\"run\":\"muon-seed1\""

    @Test func everyEditIsFound() throws {
      try VerifyTests.withComparison { tool in
        let intact = try Record(packed: "results/records/small", to: "intact", in: tool)
        #expect(try tool.run("verify", intact.name).status == 0)
        for (number, (edit, said)) in Self.edits.enumerated() {
          let record = try Record(packed: "results/records/small", to: "copy-\(number)", in: tool)
          try edit(record)
          let run = try tool.run("verify", record.name)
          #expect(run.status == 65, "\(number): \(run.messages)")
          let lines = run.output.split(separator: "\n").dropFirst().map {
            $0.dropFirst("  \(record.name)/".count)
          }
          #expect(
            said.allSatisfy { said in lines.contains { $0.hasPrefix(said) } }
              && lines.allSatisfy { line in said.contains { line.hasPrefix($0) } },
            "\(number): \(run.output)")
          try FileManager.default.removeItem(at: record.url)
        }
      }
    }

    /// A change of a step's time shows in the sums of its run too, and in what is made of them.
    @Test func aChangedTimeIsFoundInItsPack() throws {
      try VerifyTests.withComparison { tool in
        let record = try Record(packed: "results/records/small", to: "copy", in: tool)
        var fields = try record.text("runs.csv").split(
          separator: "\n", omittingEmptySubsequences: false
        ).map(String.init)
        var row = fields[3].split(separator: ",", omittingEmptySubsequences: false).map(String.init)
        row[5] = try #require(Int(row[5]).map { "\($0 + 1_000_000)" })
        fields[3] = row.joined(separator: ",")
        try record.write(fields.joined(separator: "\n"), to: "runs.csv")
        let said = try tool.run("verify", "copy").output
        #expect(said.contains("copy/runs.csv:2: slow-seed0/log.jsonl: SHA-256 is "), "\(said)")
        #expect(
          said.contains("copy/runs.jsonl:1: slow-seed0/run.json: result.train_seconds is "),
          "\(said)")
      }
    }
  }
}

extension Record {
  /// Removes a line of `runs.csv`, counted from 1.
  fileprivate func remove(row: Int) throws {
    var lines = try text("runs.csv").split(separator: "\n", omittingEmptySubsequences: false)
    lines.remove(at: row - 1)
    try write(lines.joined(separator: "\n"), to: "runs.csv")
  }

  /// Writes a line of `runs.csv` twice.
  fileprivate func double(row: Int) throws {
    var lines = try text("runs.csv").split(separator: "\n", omittingEmptySubsequences: false)
    lines.insert(lines[row - 1], at: row)
    try write(lines.joined(separator: "\n"), to: "runs.csv")
  }
}
