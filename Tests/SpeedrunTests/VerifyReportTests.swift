import Foundation
import NanoGPT
import Testing

extension CommandLineTests {
  /// What is done to the published files, and what is said about it.
  @Suite(.serialized) struct VerifyReportTests {
    @Test func whatWasPublishedIsComparedWithTheRecords() throws {
      try VerifyTests.withComparison { tool in
        let results = try Record(at: "results", in: tool)
        try results.write(
          "# Results\n<!-- leaderboard: begin -->\n<!-- leaderboard: end -->\n"
            + "<!-- studies: begin -->\n<!-- studies: end -->\n", to: "README.md")
        #expect(try tool.run("report").status == 0)
        let whole = try tool.run("verify")
        #expect(whole.status == 0, "\(whole.messages)")
        #expect(whole.output.contains("\nthe report: "), "\(whole.output)")

        let cell = try #require(
          try results.text("README.md").firstMatch(of: /[0-9]\.[0-9]{4} \(n=3\)/)?.output)
        let figure = try #require(tool.contents(of: "results/figures").first)
        let edits: [(edit: (Record) throws -> Void, path: String, said: String)] = [
          (
            { try $0.replace("README.md", String(cell), with: "1.0000 (n=3)") }, "README.md",
            "1.0000 (n=3)"
          ),
          (
            { try $0.replace("report.html", String(cell), with: "1.0000 (n=3)") }, "report.html",
            "1.0000 (n=3)"
          ),
          (
            { try $0.replace("figures/\(figure)", "<svg", with: "<svg id=\"new\"") },
            "figures/\(figure)", "id=\"new\""
          ),
          ({ try $0.remove("README.md") }, "README.md", "no such file"),
          ({ try $0.remove("report.html") }, "report.html", "no such file"),
          (
            { try $0.write("<svg/>", to: "figures/more.svg") }, "figures/more.svg",
            "no record gives this figure"
          ),
        ]
        for (edit, path, said) in edits {
          let name = path.replacing("/", with: "-")
          try FileManager.default.copyItem(
            at: results.url, to: tool.directory.appendingPathComponent("\(name)/results"))
          let copy = CommandLineTool(directory: tool.directory.appendingPathComponent(name))
          try edit(try Record(at: "results", in: copy))
          let run = try copy.run("verify")
          #expect(run.status == (said == "no such file" ? 66 : 65), "\(path): \(run.messages)")
          #expect(
            run.messages.contains("results/\(path): ") && run.messages.contains(said),
            "\(path): \(run.messages)")
          try FileManager.default.removeItem(at: copy.directory)
        }
      }
    }
  }
}
