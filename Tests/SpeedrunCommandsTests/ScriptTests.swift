import Foundation
import TestSupport
import Testing

extension CommandLineTests {
  /// What the scripts say before they build anything.
  @Suite(.serialized) struct ScriptTests {
    @Test func aBuildFolderOfAnotherPlaceIsRefused() throws {
      try withTool { tool in
        let files = FileManager.default
        let build = tool.directory.appendingPathComponent(".build")
        try files.createDirectory(at: build, withIntermediateDirectories: true)
        try files.copyItem(
          at: repository.appendingPathComponent("Scripts"),
          to: tool.directory.appendingPathComponent("Scripts"))
        let manifest = build.appendingPathComponent("release.yaml")
        func setUp(madeAt place: String) throws -> (status: Int32, said: [Substring]) {
          try Data("targets:\n  \"x\": [\"\(place)/.build/x.swiftmodule\"]\n".utf8)
            .write(to: manifest)
          // Without `swift` on the PATH, what comes next ends here.
          let process = tool.shell("PATH=/usr/bin:/bin ./Scripts/setup 2>messages", [])
          try process.runAndWait()
          return (process.terminationStatus, try tool.lines(of: "messages"))
        }
        let moved = try setUp(madeAt: "/somewhere else/speedrun")
        #expect(moved.status == 69)
        #expect(
          moved.said == [
            "error: .build was made at /somewhere else/speedrun, and Swift's build folder cannot be moved or copied",
            "hint: rm -rf .build, then run this again",
          ])
        #expect(try !setUp(madeAt: tool.directory.path).said.contains { $0.contains(".build") })
      }
    }
  }
}
