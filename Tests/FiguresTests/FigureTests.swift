import Figures
import Foundation
import Statistics
import TestSupport
import Testing

@Suite struct FigureTests {
  private static let curve: [Mark.Point] = [(1, 3.4), (50, 3.0), (100, 2.9), (200, 2.85)]

  /// Every mark and every kind of panel, with names that markup would misread.
  static let figures = [
    Figure(
      name: "figure-plot", title: "Losses of <a> & \"b\"", caption: "A caption with 3 < 4.",
      panels: [
        .plot(
          "Linear", x: Axis("step"), y: Axis("loss", domain: 2.7...3.1),
          marks: [
            .level(2.88, name: "target 2.880"),
            .band(curve.map { ($0.x, $0.y, $0.y - 0.02, $0.y + 0.02) }, color: 0),
            .line(curve, color: 0),
            .spot((150, 2.87), color: 0, name: "<a> & b 150"),
          ]),
        .plot(
          "Logarithmic", x: Axis("steps", .logarithmic, ticks: [1, 10, 50, 100, 200]),
          y: Axis("loss"),
          marks: [
            .line(curve, color: 0, name: "one"),
            .line(
              curve.map { ($0.x, $0.y + 0.001) }, color: 1, isDashed: true, name: "another"),
            .estimates(curve.map { ($0.x, $0.y, $0.y - 0.1, $0.y + 0.1) }, color: 0),
            .gap(from: 50, to: 100, level: 2.95, name: "x 0.50"),
          ]),
      ]),
    Figure(
      name: "figure-grids", title: "Ratios and a heat map", caption: "Two panels.",
      panels: [
        .intervals(
          "Ratios", axis: Axis("steps over those of b"), reference: (1, "as many as b"),
          rows: [
            ("a", 0.7, ConfidenceInterval(lower: 0.65, upper: 0.74), 0, "0.70 (0.65-0.74)"),
            ("open", 1.1, ConfidenceInterval(lower: 0.9, upper: .infinity), 2, "above 0.90"),
          ]),
        .heatMap(
          "a: rate and decay", columns: ("learning_rate", ["0.1", "0.2", "0.4"]),
          rows: ("weight_decay", ["1", "0"]), values: [[2.9, 2.85, .infinity], [3.2, 2.9, nil]],
          domain: 2.85...3),
      ]),
  ]

  /// With UPDATE_GOLDENS in the environment the files are written anew, to be looked at in a browser.
  @Test(arguments: figures) func aFigureIsItsGolden(figure: Figure) throws {
    let url = golden("\(figure.name).svg")
    if ProcessInfo.processInfo.environment["UPDATE_GOLDENS"] != nil {
      try Data(figure.svg.utf8).write(to: url)
    }
    #expect(figure.svg == (try String(contentsOf: url, encoding: .utf8)))
  }

  @Test(arguments: figures) func aFigureIsXML(figure: Figure) {
    #expect(isXML(figure.svg))
    for panel in figure.panelDocuments { #expect(isXML(panel)) }
  }

  /// Viewers without variables, which most are but browsers, draw black what has no color written out.
  @Test func everyVariableFollowsItsColor() {
    let colors = Dictionary(
      Figure.css.matches(of: /--(\w+):(#\w+)/).map { ($0.1, $0.2) }, uniquingKeysWith: { a, _ in a }
    )
    let uses = Figure.css.matches(of: /([a-z-]+):var\(--(\w+)\)/)
    #expect(uses.count > 10)
    for use in uses {
      let literal = "\(use.1):\(colors[use.2] ?? "nothing");"
      #expect(Figure.css[..<use.range.lowerBound].hasSuffix(literal), "\(use.0)")
    }
  }

  @Test(arguments: figures) func everyClassHasARule(figure: Figure) {
    for match in figure.svg.matches(of: /class="([^"]*)"/) {
      // Cells of a heat map have their colors as attributes.
      for name in match.1.split(separator: " ") where name != "cell" {
        #expect(Figure.css.contains(".\(name)"), "\(name)")
      }
    }
  }

  @Test func manySeriesHaveLooksOfTheirOwn() {
    let looks = (0..<32).map(Figure.series)
    #expect(Set(looks).count == looks.count)
    // Those that share a color, or have one that is hard to tell from the first four, differ in their dashes.
    for look in looks.dropFirst(4) {
      let dashes = look.split(separator: " ").last ?? ""
      #expect(Figure.css.contains(".\(dashes){stroke-dasharray:"), "\(look)")
    }
  }

  @Test func namesInAFigureAreText() {
    let svg = FigureTests.figures[0].svg
    #expect(svg.contains("Losses of &lt;a&gt; &amp; &quot;b&quot;"))
    #expect(svg.contains(">&lt;a&gt; &amp; b 150</text>"))
    #expect(!svg.contains("<a>"))
    #expect(SVGText.escaped("a\u{1}b'") == "ab&#39;")
  }

  @Test(
    arguments: [(1.04, "1"), (-0.04, "0"), (12.25, "12.2"), (-3.96, "-4")] as [(Double, String)])
  func coordinatesAreShort(value: Double, text: String) {
    #expect(value.svg == text)
  }
}

@Suite struct AxisTests {
  @Test func linearTicksAreRound() {
    #expect(Ticks.linear(2.71...2.98, count: 5) == [2.75, 2.8, 2.85, 2.9, 2.95])
    #expect(Ticks.linear(-0.012...0.04, count: 3) == [0, 0.02, 0.04])
    #expect(Ticks.labels([-0.02, 0, 0.04], kind: .linear) == ["-0.02", "0.00", "0.04"])
    #expect(Ticks.labels(Ticks.linear(-1...1, count: 2), kind: .linear) == ["-1", "0", "1"])
  }

  @Test func logarithmicTicksAreFew() {
    #expect(Ticks.logarithmic(1e-4...1, count: 5) == [1e-4, 1e-3, 0.01, 0.1, 1])
    #expect(Ticks.logarithmic(140...420, count: 6) == [150, 200, 300, 400])
    #expect(Ticks.logarithmic(30...900, count: 5) == [50, 100, 200, 500])
    // Where no round multiple lies inside, round numbers do.
    #expect(Ticks.logarithmic(2.1...2.4, count: 4) == [2.1, 2.2, 2.3, 2.4])
  }

  @Test(
    arguments: [
      (4096, "4096"), (16_384, "16 384"), (0.05, "0.05"), (0, "0"), (1e-5, "1e-5"), (2.5, "2.5"),
    ] as [(Double, String)])
  func numbersReadEasily(value: Double, text: String) {
    #expect(Ticks.label(value) == text)
  }

  @Test func placesFollowTheScale() {
    let linear = Axis("", domain: 0...10).scale(for: [], from: 100, to: 0)
    #expect([0, 5, 10].map { linear($0) } == [100, 50, 0])
    let logarithmic = Axis("", .logarithmic, domain: 1...100).scale(for: [], from: 0, to: 200)
    #expect(logarithmic(10) == 100)
    #expect(logarithmic(0) < 0 && logarithmic(.infinity).isFinite)
  }

  @Test func collidingLabelsMoveApart() {
    func places(_ wanted: [Double]) -> [Double] {
      LabelColumn.places(wanted, distance: 10, in: 0...100)
    }
    #expect(places([20, 50]) == [20, 50])
    #expect(places([52, 48]) == [55, 45])
    // A group that grows reaches the next label.
    #expect(places([50, 50, 59]) == [43, 53, 63])
    #expect(places([99, 100]) == [90, 100])
    #expect(places([-5]) == [0])
    #expect(places([]) == [])
  }

  @Test func colorsGoFromDarkToBright() {
    #expect(ColorScale.color(0) == "#440154" && ColorScale.color(1) == "#fde725")
    #expect(ColorScale.color(-1) == ColorScale.color(0))
    #expect(ColorScale.isBright(0.9) && !ColorScale.isBright(0.3))
  }
}
