import Foundation
import NanoGPT
import Report
import SpeedrunCommands
import Testing

@Suite struct MarkedSectionTests {
  private let section = MarkedSection("t", of: URL(fileURLWithPath: "a.md"))

  @Test func onlyTheLinesBetweenTheMarkersChange() throws {
    var text = "before\n<!-- t: begin -->\nold\nlines\n<!-- t: end -->\nafter\n"
    for lines in ["| new |", "| newer |\n| still |"] {
      text = try section.replaced(in: text, with: lines)
      #expect(text == "before\n<!-- t: begin -->\n\(lines)\n<!-- t: end -->\nafter\n")
    }
  }

  @Test(arguments: [
    "", "<!-- t: begin -->", "<!-- t: end -->\n<!-- t: begin -->",
    "<!-- u: begin -->\n<!-- u: end -->",
  ])
  func missingMarkersAreAnError(_ text: String) {
    #expect(throws: DataError.self) { try section.replaced(in: text, with: "x") }
  }
}
