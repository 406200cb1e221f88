import Foundation
import TestSupport
import Testing

extension CommandLineTests {
  /// Pages about any records, anywhere.
  @Suite struct SeparateReportTests {
    private static let two: [ResultsFixture.Arm] = [
      .init(name: "adamw", optimizer: "adamw", steps: 280, loss: 2.855, stop: 260),
      .init(name: "muon", loss: 2.858, stop: 180),
    ]

    @Test func aPageGoesAnywhere() throws {
      try withTool { tool in
        let results = try ResultsFixture(in: tool.directory.appendingPathComponent("mine"))
        try results.add("kjv", Self.two)
        let readme = try tool.lines(of: "mine/README.md")
        let written = try tool.run("report", "mine/records/kjv/", "--out", "page")
        #expect(written.status == 0, "\(written.messages)")
        #expect(tool.contents(of: "page") == ["figures", "report.html"])
        #expect(tool.contents(of: "page/figures") == ["kjv-curves.svg", "kjv-ratios.svg"])
        let page = try tool.text(of: "page/report.html")
        #expect(page.contains("<h1>kjv on kjv</h1>") && page.contains("0.69 of adamw"))
        #expect(page.contains(#"href="../mine/records/kjv""#))
        #expect(!page.contains("No record yet"))
        // Nothing else changes, and a page can be checked like the project's own.
        #expect(try tool.lines(of: "mine/README.md") == readme)
        #expect(try tool.run("report", "mine/records/kjv", "--out", "page", "--check").status == 0)
      }
    }

    @Test func aStrangersFilesStay() throws {
      try withTool { tool in
        let results = try ResultsFixture(in: tool.directory.appendingPathComponent("results"))
        try results.add("kjv", Self.two)
        try FileManager.default.createDirectory(
          at: tool.directory.appendingPathComponent("site/figures"),
          withIntermediateDirectories: true)
        let figure = tool.directory.appendingPathComponent("site/figures/mine.svg")
        try Data("<svg/>".utf8).write(to: figure)
        #expect(try tool.run("report", "--out", "site").status == 0)
        #expect(tool.contents(of: "site/figures").contains("mine.svg"))

        let page = tool.directory.appendingPathComponent("site/report.html")
        try Data("<html>a report of my own</html>".utf8).write(to: page)
        let refused = try tool.run("report", "--out", "site")
        #expect(refused.status == 74)
        #expect(refused.complaints.first?.contains("no report has written it") == true)
        #expect(try tool.text(of: "site/report.html") == "<html>a report of my own</html>")
      }
    }

    @Test func recordsNeedAPlaceForTheirPage() throws {
      try withTool { tool in
        let nowhere = try tool.run("report", "mine")
        #expect(nowhere.status == 64 && nowhere.messages.contains("--out DIR"))
        let twice = try tool.run("report", "a/mine", "b/mine", "--out", "page")
        #expect(twice.status == 64 && twice.messages.contains("called mine"))
      }
    }

    @Test func aWarningNamesItsRecordAndItsTrack() throws {
      try withResults { results in
        try results.add("mine", Self.two)
        let url = results.records.appendingPathComponent("mine/result.json")
        let text = try String(contentsOf: url, encoding: .utf8)
        let warned = text.replacing(
          /"warnings" : \[\s*\]/, with: #""warnings" : ["the clocks differ"]"#)
        try #require(warned != text)
        try Data(warned.utf8).write(to: url)
        let page = try #require(try results.files()["report.html"])
        #expect(page.contains("Warning about mine on kjv: the clocks differ."))
      }
    }

    @Test func manyArmsAreToldApart() throws {
      try withResults { results in
        let arms = (0..<7).map { index in
          ResultsFixture.Arm(
            name: index == 0 ? "adamw" : "arm\(index)", optimizer: index == 0 ? "adamw" : "muon",
            loss: 2.85, stop: 190 - 5 * index)
        }
        try results.add("many", arms)
        let svg = try #require(try results.files()["figures/many-curves.svg"])
        let lines = svg.matches(of: /class="(line [^"]*)"/).map(\.1)
        #expect(Set(lines).count == 7 && lines.count == 14, "\(lines)")
        for (index, arm) in arms.enumerated() {
          #expect(svg.contains(">\(arm.name) \(190 - 5 * index)</text>"), "\(arm.name)")
        }
        // Names at the ends of lines begin in one column.
        let ends = svg.matches(of: /class="name c\d" x="([^"]*)"/).map(\.1)
        #expect(Set(ends).count == 2 && ends.count == 14)
      }
    }
  }
}
