import Foundation
import TestSupport
import Testing
import Verification

@Suite struct ExampleTests {
  @Test func aRecordIsVerified() throws {
    let directory = repository.appending(path: "results/records/lion-micro")
    let verified = VerifiedRecord(of: directory)
    for line in verified.lines { print(line) }

    #expect(verified.mismatches.isEmpty)
    #expect(verified.lines.count == 1 && verified.lines[0].hasSuffix("61 files: verified"))
    try expectExample(of: "Verification")
  }
}
