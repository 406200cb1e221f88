import Experiments
import Report
import Testing

/// Who is first, by how much, and what is said of it.
@Suite struct LeaderboardTests {
  /// The comparison with the most runs, also where another comes before it.
  @Test func theFrontPageHasTheVerdict() throws {
    let page = "Above.\n<!-- verdict: begin -->\nold\n<!-- verdict: end -->\nBelow.\n"
    func written(_ results: ResultsFixture) throws -> String {
      let files = try PublishedFiles.expected(
        from: try results.experiments(), readme: ResultsFixture.readme, frontPage: page)
      let front = try #require(files.first { $0.path == "../README.md" })
      return String(decoding: front.bytes, as: UTF8.self)
    }
    try withResults { results in
      #expect(
        try written(results)
          == page.replacing("old", with: "No comparison is recorded yet."))
      try results.add(
        "first", [.init(name: "adamw", optimizer: "adamw", stop: 10), .init(name: "lion")],
        seeds: 2)
      try results.add(
        "second",
        [
          .init(name: "adamw", optimizer: "adamw", steps: 280, stop: 260),
          .init(name: "muon", stop: 130), .init(name: "never", loss: 2.95),
        ])
      let rows = try written(results).split(separator: "\n").map(String.init)
      #expect(rows.prefix(2) == ["Above.", "<!-- verdict: begin -->"])
      #expect(
        rows.dropFirst(2).prefix(3) == [
          "| on kjv, target 2.88, float32, 3 seeds | adamw | muon | never |",
          "|---|--:|--:|--:|",
          "| steps until the mean is below the target, p &lt; 0.01 | 260 | 130 | - |",
        ])
      #expect(rows.contains { $0.hasPrefix("| ratio of steps, 95 % | 1 | 0.50 (") })
      #expect(rows.suffix(2) == ["<!-- verdict: end -->", "Below."])
    }
  }

  @Test func ranksGoByStepsAndThenBySeconds() throws {
    try withResults { results in
      try results.add(
        "one",
        [
          .init(name: "adamw", optimizer: "adamw", stop: 260),
          .init(name: "never", loss: 2.95),
          .init(name: "slow", stop: 180, secondsPerStep: 0.3),
        ])
      try results.add(
        "two",
        [
          .init(name: "adamw", optimizer: "adamw", stop: 265),
          .init(name: "fast", loss: 2.861, stop: 180, secondsPerStep: 0.2),
        ])
      let boards = Leaderboard.all(in: try results.experiments())
      try #require(boards.count == 1)
      let rows = boards[0].rows
      #expect(rows.map(\.arm.name) == ["fast", "slow", "adamw", "adamw", "never"])
      #expect(rows.map(\.rank) == [1, 2, 3, 4, nil])
      #expect(boards[0].repetitions.isEmpty)
      #expect(boards[0].shortfalls.count == 1)
      #expect(boards[0].shortfalls[0].hasPrefix("never has no rank: it is nowhere below 2.880 ("))
    }
  }

  @Test func equalRunsStandOnceAndRecipesAreDifferences() throws {
    try withResults { results in
      let muon = ResultsFixture.Arm(name: "muon", settings: ["muon.momentum=0.9"], stop: 130)
      let adamw = ResultsFixture.Arm(name: "adamw", optimizer: "adamw", stop: 260)
      try results.add("small", [muon])
      try results.add("large", [adamw, muon])
      let board = try #require(Leaderboard.all(in: try results.experiments()).first)
      #expect(board.rows.map(\.arm.name) == ["muon", "adamw"])
      #expect(
        board.repetitions == [
          "muon of small is not listed again: its validation losses are those of muon of large, bit for bit."
        ])
      let readme = try #require(try results.files()["README.md"])
      #expect(
        readme.contains("| `muon muon.momentum=0.9 steps=200` |")
          && readme.contains("| `adamw steps=260` |"))
      #expect(readme.contains(board.repetitions[0]))
    }
  }

  @Test func theOpeningSaysNoMoreThanIsShown() throws {
    try withResults { results in
      #expect(Verdicts.opening(of: try results.experiments()) == nil)
      let adamw = ResultsFixture.Arm(name: "adamw", optimizer: "adamw", stop: 260)
      try results.add("one", [adamw, .init(name: "never", loss: 2.95)])
      #expect(
        Verdicts.opening(of: try results.experiments()) == "There is no verdict on kjv yet.")
      try results.add(
        "two", [adamw, .init(name: "muon", stop: 260), .init(name: "never", loss: 2.95)])
      #expect(
        Verdicts.opening(of: try results.experiments())
          == "On kjv, no difference between muon and adamw is shown.")
    }
  }
}
