import Foundation
import NanoGPT
import TestSupport
import Testing
import speedrun

@Suite struct ScalingTableTests {
  private func measurement(threads: Int, milliseconds: Double, peak: Double)
    -> ScalingMeasurement
  {
    var configuration = BenchmarkConfiguration(threads: threads)
    configuration.model.modelDimension = 512
    configuration.batch = 64
    return ScalingMeasurement(
      configuration: configuration, stepSeconds: milliseconds / 1000,
      optimizerSeconds: milliseconds / 8000, operations: 90e9, optimizerOperations: 10e9,
      peak: peak)
  }

  @Test func aRowHasMeasuredAndPredictedNumbers() {
    let row = ScalingTable.Row(
      one: measurement(threads: 1, milliseconds: 1000, peak: 200e9),
      several: measurement(threads: 2, milliseconds: 520, peak: 400e9))
    let lines = ScalingTable(threads: 2, rows: [row]).markdown.split(separator: "\n")
    #expect(lines.count == 3)
    #expect(lines[0].contains("2 threads, ms"))
    #expect(
      lines[2] == "| 512 | 64 | 100.0 | 1000.0 (500.0) | 520.0 (250.0) | 1.92 | 12.5 % (10.0 %) |")
    let bars = lines.map { line in line.count { $0 == "|" } }
    #expect(bars == [8, 8, 8])
  }

  @Test func operationsAreTheStatedFormula() throws {
    var configuration = BenchmarkConfiguration(threads: 1)
    #expect(configuration.operations == 96_636_764_160)
    try configuration.apply("layers=1,batch=1")
    // 256 tokens x (6 x (12 x 256 x 256 + 2048 x 256) + 6 x 256 x 256).
    #expect(configuration.operations == 256 * (6 * (786_432 + 524_288) + 393_216))
  }

  @Test func onlyTheLinesBetweenTheMarkersChange() throws {
    try withTemporaryDirectory { directory in
      let url = directory.appendingPathComponent("a.md")
      let text = "before\n<!-- t: begin -->\nold\nlines\n<!-- t: end -->\nafter\n"
      try Data(text.utf8).write(to: url)
      let section = MarkedSection("t", of: url)
      for lines in ["| new |", "| newer |\n| still |"] {
        try section.replace(with: lines)
        #expect(
          try String(contentsOf: url, encoding: .utf8)
            == "before\n<!-- t: begin -->\n\(lines)\n<!-- t: end -->\nafter\n")
      }
    }
  }

  @Test(arguments: [
    "", "<!-- t: begin -->", "<!-- t: end -->\n<!-- t: begin -->",
    "<!-- u: begin -->\n<!-- u: end -->",
  ])
  func missingMarkersAreAnError(_ text: String) throws {
    try withTemporaryDirectory { directory in
      let url = directory.appendingPathComponent("a.md")
      try Data(text.utf8).write(to: url)
      let section = MarkedSection("t", of: url)
      #expect(throws: DataError.self) { try section.check() }
      #expect(throws: DataError.self) { try section.replace(with: "x") }
      #expect(try String(contentsOf: url, encoding: .utf8) == text)
    }
  }
}
