/// Where the parts of a plot lie.
struct PlotLayout {
  let horizontal: Scale
  let vertical: Scale
  let left: Double
  let right: Double
  let bottom: Double
  let top = PanelLayout.top
  private let horizontalTicks: [(place: Double, label: String)]
  private let verticalTicks: [(place: Double, label: String)]

  init(_ panel: PlotPanel) {
    let extent = panel.marks.flatMap(\.extent)
    let (xDomain, yDomain) = (
      panel.x.domain(of: extent.map(\.x)), panel.y.domain(of: extent.map(\.y))
    )
    bottom = panel.height - 38
    vertical = Scale(panel.y.kind, yDomain, from: bottom, to: top)
    let ticks = Self.ticks(panel.y, yDomain, count: 5)
    verticalTicks = zip(ticks, Ticks.labels(ticks, kind: panel.y.kind)).map { [vertical] in
      (vertical($0), $1)
    }
    left = TextMeasure.widest(verticalTicks.map(\.label)) + 8
    let names = TextMeasure.widest(panel.endNames.map(\.name), isBold: true)
    right = PanelLayout.width - (names > 0 ? names + 8 : 12)
    horizontal = Scale(panel.x.kind, xDomain, from: left, to: right)
    let candidates = Self.ticks(panel.x, xDomain, count: 6)
    let labels = Ticks.labels(candidates, kind: panel.x.kind)
    horizontalTicks = Self.apart(
      zip(candidates, labels).map { [horizontal] in (horizontal($0), $1) })
  }

  private static func ticks(
    _ axis: Axis, _ domain: ClosedRange<Double>, count: Int
  ) -> [Double] {
    if let ticks = axis.ticks { return ticks.filter { domain.contains($0) } }
    return axis.kind == .linear
      ? Ticks.linear(domain, count: count) : Ticks.logarithmic(domain, count: count)
  }

  /// Leaves out labels that would touch the one before.
  private static func apart(
    _ ticks: [(place: Double, label: String)]
  ) -> [(place: Double, label: String)] {
    var end = -Double.infinity
    return ticks.map { place, label in
      let half = TextMeasure.width(label) / 2
      guard place - half > end + 6 else { return (place, "") }
      end = place + half
      return (place, label)
    }
  }

  func drawAxes(of panel: PlotPanel, in svg: inout SVGText) {
    svg.add("text", ["class": "muted", "x": 0.0, "y": 32.0], text: panel.y.label)
    for (place, label) in verticalTicks {
      svg.add("path", ["class": "grid", "d": "M\(left.svg) \(place.svg)H\(right.svg)"])
      svg.add("text", ["class": "muted end", "x": left - 6, "y": place + 4], text: label)
    }
    svg.add("path", ["class": "axis", "d": "M\(left.svg) \(bottom.svg)H\(right.svg)"])
    for (place, label) in horizontalTicks {
      svg.add("path", ["class": "axis", "d": "M\(place.svg) \(bottom.svg)v4"])
      if label.isEmpty { continue }
      svg.add("text", ["class": "muted middle", "x": place, "y": bottom + 17], text: label)
    }
    svg.add(
      "text", ["class": "muted end", "x": right, "y": bottom + 33], text: panel.x.label)
  }

  func draw(_ mark: Mark, in svg: inout SVGText) {
    switch mark {
    case .line(let points, let color, let stroke, _):
      let path = Self.path(clipped(points.map(place)))
      let dash = stroke == .dashed ? " dashed" : ""
      svg.add("path", ["class": "line\(dash) \(FigureStyle.color(color))", "d": path])
    case .band(let estimates, let color):
      let visible = estimates.drop { vertical($0.high) < top }
      let upper = visible.map { place(Mark.Point($0.point.x, $0.high)) }
      let lower = visible.reversed().map { place(Mark.Point($0.point.x, $0.low)) }
      svg.add(
        "path",
        [
          "class": "band \(FigureStyle.color(color))",
          "d": Self.path((upper + lower).map { (x: $0.x, y: min($0.y, bottom)) }) + "Z",
        ])
    case .estimates(let estimates, let color):
      svg.add("g", ["class": FigureStyle.color(color)]) { svg in
        for estimate in estimates { draw(estimate, in: &svg) }
      }
    case .spot(let point, let color, _):
      let (x, y) = place(point)
      svg.add(
        "circle", ["class": "dot \(FigureStyle.color(color))", "cx": x, "cy": y, "r": 4.5])
    case .level(let level, _):
      let y = vertical(level)
      svg.add("path", ["class": "level", "d": "M\(left.svg) \(y.svg)H\(right.svg)"])
    case .gap(let from, let to, let level, _):
      let (a, y) = place(Mark.Point(from, level))
      let b = horizontal(to)
      // Heads that point outwards.
      let head = a < b ? 5.0 : -5.0
      svg.add(
        "path",
        [
          "class": "thin",
          "d":
            "M\((a + head).svg) \((y - 3).svg)L\(a.svg) \(y.svg)L\((a + head).svg) \((y + 3).svg)"
            + "M\(a.svg) \(y.svg)H\(b.svg)"
            + "M\((b - head).svg) \((y - 3).svg)L\(b.svg) \(y.svg)L\((b - head).svg) \((y + 3).svg)",
        ])
    }
  }

  private func draw(_ estimate: Mark.Estimate, in svg: inout SVGText) {
    let (x, y) = place(estimate.point)
    if estimate.low < estimate.high {
      let (low, high) = (vertical(estimate.low), vertical(estimate.high))
      svg.add("path", ["class": "bar", "d": "M\(x.svg) \(low.svg)V\(high.svg)"])
    }
    svg.add("circle", ["class": "dot", "cx": x, "cy": y, "r": 3.2])
  }

  func place(_ point: Mark.Point) -> (x: Double, y: Double) {
    (horizontal(point.x), vertical(point.y))
  }
}

extension PlotLayout {
  /// The part of a line from where it last comes down into the plot.
  ///
  /// A loss starts far above what a plot is about; its line begins at the upper edge.
  func clipped(_ places: [(x: Double, y: Double)]) -> [(x: Double, y: Double)] {
    guard let first = places.firstIndex(where: { $0.y >= top - 0.01 }) else { return [] }
    var kept = Array(places[first...]).map { (x: $0.x, y: min(max($0.y, top), bottom)) }
    if first > 0 {
      let (before, after) = (places[first - 1], places[first])
      let share = (top - before.y) / (after.y - before.y)
      kept.insert((before.x + share * (after.x - before.x), top), at: 0)
    }
    return kept
  }

  private static func path(_ places: [(x: Double, y: Double)]) -> String {
    places.enumerated().map { index, place in
      "\(index == 0 ? "M" : "L")\(place.x.svg) \(place.y.svg)"
    }.joined()
  }
}
