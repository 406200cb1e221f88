import Autograd
import Experiments
import Foundation
import NanoGPT
import Report
import SpeedrunCommands
import TestSupport
import Testing

@Suite struct ReportFilesTests {
  /// One experiment of every kind.
  static func addEverything(to results: ResultsFixture) throws {
    try results.add(
      "kjv",
      [
        .init(name: "adamw", optimizer: "adamw", steps: 280, loss: 2.855, stop: 260),
        .init(name: "muon", loss: 2.858, stop: 180),
      ], hasSpectra: true)
    try results.add(
      "kjv-ablations", purpose: "ablations",
      [.init(name: "muon"), .init(name: "no-nesterov", loss: 2.87)])
    try results.add(
      "kjv-lengths", purpose: "lengths",
      ["adamw", "muon"].flatMap { name in
        [200, 300].map { steps in
          ResultsFixture.Arm(
            name: "\(name)-\(steps)", optimizer: name, steps: steps,
            loss: (name == "muon" ? 2.92 : 2.95) - 0.0008 * Double(steps - 200))
        }
      })
    let trials = ["adamw", "muon"].flatMap { arm in
      [0.1, 0.2].flatMap { rate in
        [0, 0.3].map { decay in
          ResultsFixture.Trial(
            arm: arm, settings: ["\(arm).learning_rate=\(rate)", "\(arm).weight_decay=\(decay)"],
            loss: 2.85 + rate * decay)
        }
      }
    }
    try results.add(sweep: "kjv-sweep", trials)
    try results.add(
      "knowledge", purpose: "knowledge",
      [
        .init(name: "muon", loss: 2.7, rareLoss: 1),
        .init(name: "early", optimizer: "adamw", loss: 2.8, rareLoss: 1),
      ])
    try results.add(
      "growth", purpose: "growth",
      [.init(name: "muon", growth: 0.5), .init(name: "muon-no-decay", growth: 3)])
    for (width, ratio) in [(64, 0.8), (128, 0.7)] { try results.addSize(width, ratio) }
    for batch in [8, 16] {
      try results.add(
        sweep: "kjv-batch-\(batch)", purpose: "batch", batch: batch,
        ["adamw", "muon"].flatMap { arm in
          [100, 300].map { steps in
            ResultsFixture.Trial(
              arm: arm, settings: ["\(arm).learning_rate=1", "steps=\(steps)"],
              loss: 2.98 - 0.0006 * Double(steps), steps: steps)
          }
        })
    }
  }

  @Test func everyRecordIsShown() throws {
    try withResults { results in
      try Self.addEverything(to: results)
      let files = try results.files()
      let figures = files.keys.filter { $0.hasPrefix("figures/") }.sorted()
      #expect(
        figures
          == [
            "batch-sizes", "growth-growth", "growth-update-sizes", "kjv-ablations", "kjv-curves",
            "kjv-lengths", "kjv-ratios",
            "kjv-spectra",
            "kjv-sweep", "knowledge-frequency", "orthogonalization-cost", "sizes",
          ].map { "figures/\($0).svg" })
      for figure in figures { #expect(isXML(files[figure] ?? ""), "\(figure)") }
      let page = try #require(files["report.html"])
      let readme = try #require(files["README.md"])
      for text in [page, readme] {
        #expect(text.contains("of adamw&#39;s steps") || text.contains("of adamw's steps"))
        #expect(text.contains("2.8580 (n=3)") && text.contains("speedrun comparison"))
        #expect(!text.contains("No record yet"))
      }
      #expect(page.components(separatedBy: "<svg").count == 22)
      #expect(!page.contains("src=") && !page.contains("<link") && !page.contains("<script"))
      #expect(
        readme.hasPrefix(
          """
          Before.
          <!-- leaderboard: begin -->

          **On kjv, muon reaches the target in 0.69 of adamw's steps and 0.69 of its time.**

          - On kjv, muon needs 0.69x
          """))
      #expect(readme.contains("<!-- leaderboard: end -->\nBetween.\n<!-- studies: begin -->"))
      #expect(readme.hasSuffix("<!-- studies: end -->\nAfter.\n"))
    }
  }

  @Test func equalRecordsGiveEqualBytes() throws {
    try withResults { results in
      try Self.addEverything(to: results)
      let files = try results.files()
      #expect(try results.files() == files)
      // What is already written changes nothing.
      let again = try PublishedFiles.expected(
        from: try results.experiments(), readme: try #require(files["README.md"]))
      #expect(String(decoding: again[0].bytes, as: UTF8.self) == files["README.md"])
    }
  }

  @Test func withoutRecordsTheReportSaysSo() throws {
    try withResults { results in
      let files = try results.files()
      #expect(files.keys.sorted() == ["README.md", "report.html"])
      #expect(files["README.md"]?.contains("No comparison is recorded yet.") == true)
      #expect(Page(of: []).missing.count == 9)
      #expect(files["report.html"]?.contains("a study of batch sizes") == true)
    }
  }

  @Test func aDocumentWithoutItsMarkersIsAnError() {
    #expect(throws: DataError.self) {
      try PublishedFiles.expected(from: [], readme: "<!-- leaderboard: begin -->")
    }
  }

  @Test func oddTextsAreText() throws {
    try withResults { results in
      try results.add(
        "odd",
        [.init(name: "adamw", optimizer: "adamw", stop: 200), .init(name: "muon", stop: 100)])
      let files = try results.files()
      let readme = try #require(files["README.md"])
      #expect(readme.contains("a &lt;b&gt;processor&lt;/b&gt; x\\|\\*\"&amp;"), "\(readme)")
      let page = try #require(files["report.html"])
      #expect(page.contains("processor") && !page.contains("<b>"))
      for (path, text) in files where path.hasSuffix(".svg") { #expect(isXML(text), "\(path)") }
    }
  }

  @Test func aDamagedRecordIsNamed() throws {
    try withResults { results in
      try results.add("kjv", [.init(name: "muon", stop: 100)])
      // Without its directories, as in a fresh clone, and then without a file of the pack.
      for seed in 0..<3 {
        try FileManager.default.removeItem(
          at: results.records.appendingPathComponent("kjv/muon-seed\(seed)"))
      }
      #expect(try results.experiments().count == 1)
      try FileManager.default.removeItem(
        at: results.records.appendingPathComponent("kjv/runs.jsonl"))
      do {
        _ = try results.experiments()
        Issue.record("nothing was missed")
      } catch let error as DataError {
        guard case .missingInput(let path, _, _) = error else { throw error }
        #expect(path.hasSuffix("kjv/runs.jsonl"), "\(path)")
      }
    }
  }
}

extension CommandLineTests {
  @Suite struct ReportCommandTests {
    @Test func aReportIsWrittenAndChecked() throws {
      try withTool { tool in
        let results = try ResultsFixture(in: tool.directory.appendingPathComponent("results"))
        try ReportFilesTests.addEverything(to: results)
        let missing = try tool.run("report", "--check")
        #expect(missing.status == 65, "\(missing.messages)")
        let written = try tool.run("report")
        #expect(written.status == 0, "\(written.messages)")
        #expect(written.messages.contains("wrote results/figures/kjv-curves.svg"))
        #expect(try tool.run("report").messages == "")
        #expect(try tool.run("report", "--check").status == 0)

        let page = results.directory.appendingPathComponent("report.html")
        let text = try String(contentsOf: page, encoding: .utf8)
        try Data(text.replacing("2.8580", with: "2.8480").utf8).write(to: page)
        let edited = try tool.run("report", "--check")
        #expect(edited.status == 65)
        #expect(edited.complaints.first?.contains("report.html: line ") == true)

        let stale = results.directory.appendingPathComponent("figures/gone.svg")
        try Data().write(to: stale)
        #expect(try tool.run("report").status == 0)
        #expect(!FileManager.default.fileExists(atPath: stale.path))
      }
    }

    /// What `compare` leaves is what a report is made from.
    @Test func aComparisonGetsItsRows() throws {
      try withTool { tool in
        let compared = try tool.run(
          CompareTests.small.dropLast(2) + [
            "--out", "results/records/small", "--seeds", "3", "--quiet",
          ])
        #expect(compared.status == 0, "\(compared.messages)")
        let readme = tool.directory.appendingPathComponent("results/README.md")
        try Data(ResultsFixture.readme.utf8).write(to: readme)
        let run = try tool.run("report")
        #expect(run.status == 0, "\(run.messages)")
        #expect(tool.contents(of: "results/figures") == ["small-curves.svg", "small-ratios.svg"])
        let text = try String(contentsOf: readme, encoding: .utf8)
        #expect(text.contains("| 1 | muon | ") && text.contains("[small](records/small)"))
      }
    }

    @Test func withoutADirectoryThereIsAHint() throws {
      try withTool { tool in
        let outcome = try tool.run("report", "--records", "nowhere")
        #expect(outcome.status == 66)
        #expect(outcome.complaints.first?.contains("nowhere: no such directory") == true)
      }
    }
  }
}
