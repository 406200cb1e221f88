import Autograd
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
        // A front page without a place for the verdict is left alone.
        let front = try Record(at: ".", in: tool)
        try front.write("# Project\n", to: "README.md")
        #expect(try tool.run("report").status == 0)
        let whole = try tool.run("verify")
        #expect(whole.status == 0, "\(whole.messages)")
        #expect(whole.output.contains("\nthe report: "), "\(whole.output)")
        #expect(try front.text("README.md") == "# Project\n")

        // One with a place has the verdict, and is checked like the rest.
        try front.write("<!-- verdict: begin -->\n<!-- verdict: end -->\n", to: "README.md")
        let empty = try tool.run("verify")
        #expect(empty.messages.contains("README.md: line 2 is"), "\(empty.messages)")
        let written = try tool.run("report")
        #expect(written.messages.hasPrefix("wrote README.md\n"), "\(written.messages)")
        #expect(try front.text("README.md").contains("\n| ratio of steps, 95 % | 1 | "))
        try front.replace("README.md", "| 1 |", with: "| 2 |")
        let edited = try tool.run("verify")
        #expect(edited.status == 65 && edited.messages.contains("'| ratio of steps, 95 % | 2 |"))

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
          let name = "edited-" + path.replacing("/", with: "-")
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
