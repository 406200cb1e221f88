import Experiments
import Foundation
import NanoGPT
import Runs
import TestSupport
import Testing

/// The committed records hold their runs packed, and the checksums of the files as they were written.
@Suite struct CommittedRecordsTests {
  static let directory = repository.appending(path: "results/records")

  @Test func thereAreRecords() throws {
    #expect(try ExperimentRecord.committed(in: Self.directory).count >= 11)
  }

  @Test(arguments: try ExperimentRecord.committed(in: CommittedRecordsTests.directory))
  func everyFileOfEveryRunComesOutByteForByte(_ url: URL) throws {
    let record = try ExperimentRecord(in: url)
    let pack = try Pack(in: url)
    let plan =
      try record.kind == .sweep
      ? String(contentsOf: url.appending(path: "plan.toml"), encoding: .utf8) : nil
    var experiment = try Experiment(try Request(of: record, plan: plan), in: url)
    var made: Set<String> = []
    while let (trial, _) = try experiment.next() {
      let run = try #require(try pack.run(of: trial), "\(trial.name) is not in the pack")
      for (name, bytes) in try run.files {
        let path = "\(experiment.path(of: trial))/\(name)"
        made.insert(path)
        #expect(SHA256.hexadecimal(bytes) == record.files[path], "\(path)")
      }
      try experiment.note(run)
    }
    #expect(made == Set(record.files.keys.filter { $0.contains("/") }))
  }
}
