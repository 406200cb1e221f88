import Experiments
import Foundation
import Report
import Runs
import Statistics
import Testing

/// The studies behind the table of claims, each from records in which the answer is known.
@Suite struct ClaimTests {
  private func row(_ start: String, of results: ResultsFixture) throws -> ClaimTable.Row {
    try #require(
      ClaimTable.rows(of: try results.experiments()).first { $0.claim.hasPrefix(start) })
  }

  @Test func withoutRecordsNothingIsMeasured() throws {
    try withResults { results in
      let rows = ClaimTable.rows(of: try results.experiments())
      #expect(rows.count == 10 && rows.allSatisfy { $0.measured == nil })
    }
  }

  @Test func theSpeedIsTheInverseOfTheRatio() throws {
    try withResults { results in
      try results.add(
        "kjv",
        [
          .init(name: "adamw", optimizer: "adamw", steps: 280, stop: 260),
          .init(name: "muon", stop: 130),
        ])
      let speed = try row("Trains NanoGPT", of: results).measured
      #expect(speed?.hasPrefix("2.00 (2.00-2.00) times in steps") == true, "\(speed ?? "none")")
    }
  }

  @Test func rareTokensAreComparedAtTheNearestLoss() throws {
    try withResults { results in
      try results.add(
        "knowledge", purpose: "knowledge",
        [
          .init(name: "muon", steps: 200, loss: 2.7, rareLoss: 1.1),
          .init(name: "early", optimizer: "adamw", steps: 200, loss: 2.8, rareLoss: 1),
          .init(name: "late", optimizer: "adamw", steps: 300, loss: 2.71, rareLoss: 1),
        ])
      // At the nearest loss: 2.7 + 1.1 against 2.71 + 1.
      let rarest = try row("Rare directions", of: results).measured
      #expect(rarest?.hasPrefix("Muon loses +0.090 (") == true, "\(rarest ?? "none")")
      // At as many steps: (3 - 2.7) against (3 - 2.8), in hundredths of all words.
      let words = try row("Better scores", of: results).measured
      #expect(words?.contains("25.0 % found, +5.0 (") == true, "\(words ?? "none")")
      let page = try #require(try results.files()["README.md"])
      #expect(page.contains("| 10. tenth | 512 | 1-11 | 3.800 | 3.800 | 3.710 |"), "\(page)")
    }
  }

  @Test func weightsGrowWithoutDecay() throws {
    try withResults { results in
      try results.add(
        "growth", purpose: "growth",
        [
          .init(name: "muon", loss: 2.8, rareLoss: 0, growth: 0.5),
          .init(name: "muon-no-decay", loss: 2.82, rareLoss: 0, growth: 3),
        ])
      // From the look at step 50 to that at 150: 1.25 to 1.75, and 2.5 to 5.5.
      let decay = try row("Without weight decay", of: results).measured
      #expect(
        decay?.contains("weights grow 2.2 times instead of 1.4") == true, "\(decay ?? "none")")
      #expect(decay?.contains("+0.0200 (") == true)
      let files = try results.files()
      #expect(files["figures/growth-growth.svg"] != nil)
      let page = try #require(files["README.md"])
      #expect(page.contains("| 1.75 | 1.40 | 3.5 | 12.5 | 4.5 |"), "\(page)")
    }
  }

  @Test func updatesAreToldByShape() throws {
    try withResults { results in
      try results.add(
        "kjv",
        [
          .init(name: "adamw", optimizer: "adamw", stop: 180, growth: 1, updateSize: 0.3),
          .init(name: "muon", stop: 130, growth: 1, updateSize: 0.0625),
          .init(name: "muon-rms", stop: 140, growth: 1, updateSize: 0.2),
        ])
      #expect(
        try row("The size of an update", of: results).measured
          == "of the rate, by shape: Muon 0.063, with 0.2 sqrt(max) 0.2, AdamW 0.3")
    }
  }

  @Test func whatIsNotAgainstAdamWIsNoRatioToIt() throws {
    try withResults { results in
      try results.add(
        "digits", on: .kjv,
        [
          .init(name: "lion", optimizer: "lion", steps: 280, stop: 260),
          .init(name: "muon", stop: 130),
        ])
      #expect(try row("Trains NanoGPT", of: results).measured == nil)
    }
  }

  @Test func theNearestLossMustBeNear() throws {
    try withResults { results in
      try results.add(
        "knowledge", purpose: "knowledge",
        [
          .init(name: "muon", steps: 200, loss: 2.7, rareLoss: 1),
          .init(name: "early", optimizer: "adamw", steps: 200, loss: 2.8, rareLoss: 1),
        ])
      #expect(try row("Rare directions", of: results).measured == nil)
    }
  }

  @Test func theTrendOverSizesIsFound() throws {
    try withResults { results in
      for (width, ratio) in [(64, 0.8), (128, 0.75), (256, 0.7)] {
        try results.addSize(width, ratio)
      }
      let sizes = Sizes(try results.experiments(), resamples: 1000)
      try #require(sizes.sizes.count == 3)
      for (index, ratio) in [0.8, 0.75, 0.7].enumerated() {
        let found = try #require(sizes.stepsRatio(at: index))
        #expect(abs(found.value - ratio) < 1e-3, "\(found)")
        #expect(found.interval.contains(ratio))
      }
      let doubling = try #require(sizes.perDoubling)
      #expect(doubling.value < 1 && doubling.value > 0.9, "\(doubling)")
      let most = try #require(sizes.predicted(weights: 124e6))
      #expect(most.value < 0.7)
      let operations = try #require(sizes.operationsRatio)
      #expect(operations.value > 0.4 && operations.value < 1, "\(operations)")
      #expect(try results.files()["figures/sizes.svg"] != nil)
    }
  }
}
