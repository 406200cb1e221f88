import Testing

extension CommandLineTests {
  /// Files whose form no writer gives them: keys that are not known or there twice, and numbers that are none.
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

    @Test func everyFormIsFoundInItsPlace() throws {
      try VerifyTests.withComparison { tool in
        for (number, edit) in Self.edits.enumerated() {
          let name = "copy-\(number)"
          let record = try Record(copying: "results/records/small", to: name, in: tool)
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
  }
}
