import Autograd
import Foundation
import Muon
import NanoGPT
import Runs
import TestSupport
import Testing

@Suite struct RunDirectoryTests {
  private static func plan(_ settings: String...) throws -> RunPlan {
    try RunPlan(
      .micro, "muon", settings: settings.map { try Setting($0) }, seed: 0, precision: .float32)
  }

  /// The record of a run that has not begun.
  private static func record(_ plan: RunPlan) -> RunRecord {
    RunRecord(
      of: .notBegun(plan),
      groups: plan.recipe.rules.map { ParameterGroup($0.group, [], rule: $0.rule.rule) },
      on: RunRecord.DataFiles(corpus: "micro", trainShards: [], valShards: [], tokenizer: nil),
      environment: Environment(threads: 1), process: .notBegun)
  }

  /// What is there before a step is made proves whose the directory is, and an earlier start leaves nothing.
  @Test func aDirectoryBeginsWithARecordAndEmptyLogs() throws {
    try withTemporaryDirectory { url in
      for name in [RunDirectory.recordName, "model.safetensors", RunDirectory.logName, "notes.md"] {
        try Data("old".utf8).write(to: url.appendingPathComponent(name))
      }
      let plan = try Self.plan()
      _ = try RunDirectory(url, of: Self.record(plan), on: plan)
      let names = try FileManager.default.contentsOfDirectory(atPath: url.path).sorted()
      #expect(names == [RunDirectory.logName, RunDirectory.textName, "notes.md", "run.json"])
      for name in names.prefix(2) {
        #expect(try Data(contentsOf: url.appendingPathComponent(name)).isEmpty)
      }
      #expect(try RunRecord(in: url).outcome == .interrupted)
      #expect(try plan.produces(RunRecord(in: url)))
    }
  }

  @Test func aRunWritesOnlyWhereNothingElseIs() throws {
    try withTemporaryDirectory { url in
      let (plan, other) = (try Self.plan("steps=10"), try Self.plan("steps=20"))
      let place = url.appendingPathComponent("run", isDirectory: true)
      func refusal(_ plan: RunPlan, isForced: Bool = false) -> String? {
        do {
          try RunDirectory.check(place, for: plan, isForced: isForced)
          return nil
        } catch {
          return error.description
        }
      }
      #expect(refusal(plan) == nil, "not there")
      _ = try RunDirectory(place, of: Self.record(plan), on: plan)
      #expect(refusal(plan) == nil, "this very run")
      #expect(
        refusal(other)?.contains("holds another run: steps is 10 there and 20 here") == true)
      #expect(refusal(other, isForced: true) == nil)
      try FileManager.default.removeItem(at: place.appendingPathComponent("run.json"))
      for isForced in [false, true] {
        #expect(
          refusal(plan, isForced: isForced)?
            .contains("is not empty, and not the directory of a run") == true)
      }
      try FileManager.default.removeItem(at: place)
      try Data().write(to: place)
      #expect(refusal(plan, isForced: true)?.contains("is a file, not a directory") == true)
    }
  }

  @Test func aDamagedRecordIsAnErrorWithItsPlace() throws {
    try withTemporaryDirectory { url in
      #expect(throws: DataError.self) { try RunRecord(in: url) }
      for (text, said) in [
        ("", "not the record of a run"), ("[1, 2", "not the record of a run"),
        ("{}", "look at 'track'"), (#"{"track": 1e999}"#, "not the record of a run"),
        (String(repeating: "{\"a\":", count: 10_000), "not the record of a run"),
      ] {
        try Data(text.utf8).write(to: url.appendingPathComponent(RunDirectory.recordName))
        let error = #expect(throws: DataError.self) { try RunRecord(in: url) }
        #expect(error?.description.contains(said) == true, "\(error?.description ?? "none")")
      }
    }
  }
}
