import Foundation
import Report
import TestSupport
import Testing

@Suite struct ExampleTests {
  @Test func theCommittedReportIsWhatTheRecordsGive() throws {
    let results = repository.appending(path: "results")
    let experiments = try FinishedExperiment.all(in: results.appendingPathComponent("records"))
    let files = try PublishedFiles(in: results).expected(from: experiments)
    for file in files { print(file.path, file.bytes.count) }

    #expect(experiments.count > 0 && files.contains { $0.path == "figures/kjv-curves.svg" })
    for file in files {
      #expect(try Data(contentsOf: results.appendingPathComponent(file.path)) == Data(file.bytes))
    }
    try expectExample(of: "Report")
  }
}
