import Figures
import TestSupport
import Testing

@Suite struct ExampleTests {
  @Test func lossesBecomeAFigure() throws {
    let losses: [Mark.Point] = [(0, 6.93), (60, 3.4), (120, 3.0), (190, 2.82)]
    let figure = Figure(
      name: "losses", title: "Validation loss of Muon", caption: "One seed, with the target.",
      panels: [
        .plot(
          "Loss by step", x: Axis("step"), y: Axis("nats per token"),
          marks: [.level(2.85, name: "target"), .line(losses, color: 0, name: "muon")])
      ])
    let svg = figure.svg

    #expect(isXML(svg) && svg.contains("muon") && svg.contains("target"))
    try expectExample(of: "Figures")
  }
}
