import Testing

extension CommandLineTests {
  /// Files whose form no writer gives them: keys that are not known or there twice, numbers that are none, rows that
  /// are missing.
  @Suite(.serialized) struct VerifyFormTests {
    private typealias Edit = (edit: @Sendable (Record) throws -> Void, said: [String])

    private static let run = "slow-seed1/run.json"
    private static let log = "slow-seed1/log.jsonl"

    /// Edits of runs in their directories and of the record, after which `verify` must say lines that begin so.
    private static let edits: [Edit] = [
      (
        { try $0.replace(run, "\"seed\" : 1", with: "\"seed\" : 1, \"luck\" : 1") },
        ["\(run): configuration.training.luck is 1; there should be none"]
      ),
      (
        { try $0.replace(run, "\"seed\" : 1", with: "\"seed\" : 1, \"seed\" : 2") },
        ["\(run):LINE: \"seed\" : 1, \"seed\" : 2"]
      ),
      (
        { try $0.replace(run, "\"seed\" : 1", with: "\"seed\" : \"1\"") },
        ["\(run): not the record of a run, look at 'configuration.training.seed'"]
      ),
      (
        { try $0.replace(run, "\"seed\" : 1", with: "\"seed\" : 1x") },
        ["\(run): not the record of a run: not JSON"]
      ),
      (
        { try $0.replace(log, "\"step\":1,", with: "\"step\":1,\"luck\":1,") },
        ["\(log):3: luck is 1; there should be none"]
      ),
      (
        { try $0.replace(log, "\"step\":1,", with: "\"step\":1,\"step\":1,") },
        ["\(log):3: {"]
      ),
      (
        { try $0.replace(log, "\"step\":1,", with: "\"step\":\"1\",") },
        ["\(log):3: not an event of a run, look at 'step'"]
      ),
      (
        { try $0.replace(log, "\"step\":1,", with: "\"step\":1x,") },
        ["\(log):3: not an event of a run: not JSON"]
      ),
      (
        { try $0.replace("record.json", "\"runs\" : 6", with: "\"runs\" : 6, \"runs\" : 7") },
        ["record.json:LINE: \"runs\" : 6, \"runs\" : 7"]
      ),
      (
        { try $0.replace("record.json", "\"runs\" : 6", with: "\"runs\" : \"6\"") },
        ["record.json: not the record of an experiment, look at 'compute.runs'"]
      ),
      (
        { try $0.replace("record.json", "\"runs\" : 6", with: "\"runs\" : 6x") },
        ["record.json: not the record of an experiment: not JSON"]
      ),
    ]

    /// Edits of the rows of a pack; the logs of their runs have no checksum any more.
    private static let packEdits: [Edit] = [
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
        { try $0.replace("runs.csv", ",optimizer_ns", with: ",optimizer_ns,luck") },
        ["runs.csv:1: not run,event,step,loss,bits_per_byte,step_ns,optimizer_ns"]
      ),
    ]

    @Test func everyFormIsFoundInItsPlace() throws {
      try VerifyTests.withComparison { tool in
        for (number, edit) in (Self.edits + Self.packEdits).enumerated() {
          let (name, source) = ("copy-\(number)", "results/records/small")
          let record =
            number < Self.edits.count
            ? try Record(copying: source, to: name, in: tool)
            : try Record(packed: source, to: name, in: tool)
          try edit.edit(record)
          try record.fixChecksums()
          let run = try tool.run("verify", name)
          #expect(run.status == 65, "\(number): \(run.messages)")
          let lines = run.output.split(separator: "\n").dropFirst().map {
            $0.dropFirst("  \(name)/".count).replacing(/json:[0-9]+: "/, with: "json:LINE: \"")
          }
          #expect(
            edit.said.allSatisfy { said in lines.contains { $0.hasPrefix(said) } }
              && lines.allSatisfy { line in edit.said.contains { line.hasPrefix($0) } },
            "\(number): \(run.output)")
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
