/// Something drawn in a plot.
public enum Mark: Sendable {
  /// A place in the plot's own numbers.
  public typealias Point = (x: Double, y: Double)

  /// A point, and from where to where it may really lie.
  public typealias Estimate = (x: Double, y: Double, low: Double, high: Double)

  /// A line through points; its name stands at its right end.
  case line([Point], color: Int, isDashed: Bool = false, name: String? = nil)
  /// The area between two values.
  case band([Estimate], color: Int)
  /// A dot with a bar from its low to its high end.
  case estimates([Estimate], color: Int)
  /// A dot with words below it, which may be empty.
  case spot(Point, color: Int, name: String)
  /// A dashed level through the whole plot, with its name.
  case level(Double, name: String)
  /// A double arrow between two places on one level, with words.
  case gap(from: Double, to: Double, level: Double, name: String)

  /// The places that have to be visible.
  package var extent: [Point] {
    switch self {
    case .line(let points, _, _, _): points
    case .band(let estimates, _), .estimates(let estimates, _):
      estimates.flatMap { [($0.x, $0.low), ($0.x, $0.high)] }
    case .spot(let point, _, _): [point]
    case .level(let level, _): [(.nan, level)]
    case .gap(let from, let to, let level, _): [(from, level), (to, level)]
    }
  }
}

extension Panel {
  /// Lines, bands and points over two axes; the marks are drawn in their order, and names last.
  public static func plot(_ title: String, x: Axis, y: Axis, marks: [Mark]) -> Panel {
    let height = 284.0
    return Panel(title: title, height: height) { svg in
      let layout = PlotLayout(x: x, y: y, marks: marks, bottom: height - 38)
      layout.drawAxes(x.label, y.label, in: &svg)
      for mark in marks { layout.draw(mark, in: &svg) }
      var names = PlotNames(layout, marks: marks)
      names.draw(marks, in: &svg)
    }
  }
}

/// Where the parts of a plot lie.
struct PlotLayout {
  let horizontal: Scale
  let vertical: Scale
  let left: Double
  let right: Double
  let top = PanelLayout.top
  let bottom: Double
  private let columns: [(place: Double, label: String)]
  private let rows: [(place: Double, label: String)]

  init(x: Axis, y: Axis, marks: [Mark], bottom: Double) {
    let extent = marks.flatMap(\.extent)
    self.bottom = bottom
    vertical = y.scale(for: extent.map(\.y), from: bottom, to: top)
    rows = y.labels(on: vertical, count: 5)
    left = TextMeasure.widest(rows.map(\.label)) + 8
    let names = marks.compactMap { mark -> String? in
      guard case .line(let points, _, _, let name?) = mark, !points.isEmpty else { return nil }
      return name
    }
    let room = TextMeasure.widest(names, isBold: true)
    right = PanelLayout.width - (room > 0 ? room + 8 : 12)
    horizontal = x.scale(for: extent.map(\.x), from: left, to: right)
    // Labels that would touch the one before are left out.
    var end = -Double.infinity
    columns = x.labels(on: horizontal, count: 6).map { place, label in
      let half = TextMeasure.width(label) / 2
      guard place - half > end + 6 else { return (place, "") }
      end = place + half
      return (place, label)
    }
  }

  func drawAxes(_ x: String, _ y: String, in svg: inout SVGText) {
    svg.write(y, "muted", x: 0, y: 32)
    for (place, label) in rows {
      svg.path("grid", "M\(left.svg) \(place.svg)H\(right.svg)")
      svg.write(label, "muted end", x: left - 6, y: place + 4)
    }
    svg.path("axis", "M\(left.svg) \(bottom.svg)H\(right.svg)")
    for (place, label) in columns {
      svg.path("axis", "M\(place.svg) \(bottom.svg)v4")
      if !label.isEmpty { svg.write(label, "muted middle", x: place, y: bottom + 17) }
    }
    svg.write(x, "muted end", x: right, y: bottom + 33)
  }

  func draw(_ mark: Mark, in svg: inout SVGText) {
    switch mark {
    case .line(let points, let color, let isDashed, _):
      let style = isDashed ? "dashed \(Figure.color(color))" : Figure.series(color)
      svg.path("line \(style)", Self.path(clipped(points)))
    case .band(let estimates, let color):
      let visible = estimates.drop { vertical($0.high) < top }
      let edge = visible.map { ($0.x, $0.high) } + visible.reversed().map { ($0.x, $0.low) }
      let places = edge.map(place).map { (x: $0.x, y: min($0.y, bottom)) }
      svg.path("band \(Figure.color(color))", Self.path(places) + "Z")
    case .estimates(let estimates, let color):
      svg.add("g", [("class", Figure.color(color))]) { svg in
        for estimate in estimates {
          let (x, y) = place((estimate.x, estimate.y))
          if estimate.low < estimate.high {
            let (low, high) = (vertical(estimate.low), vertical(estimate.high))
            svg.path("bar", "M\(x.svg) \(low.svg)V\(high.svg)")
          }
          svg.dot("dot", x: x, y: y, radius: 3.2)
        }
      }
    case .spot(let point, let color, _):
      let (x, y) = place(point)
      svg.dot("dot \(Figure.color(color))", x: x, y: y, radius: 4.5)
    case .level(let level, _):
      svg.path("level", "M\(left.svg) \(vertical(level).svg)H\(right.svg)")
    case .gap(let from, let to, let level, _):
      let (a, y) = place((from, level))
      let b = horizontal(to)
      // Heads that point outwards.
      func head(_ x: Double, _ length: Double) -> String {
        let back = (x + length).svg
        return "M\(back) \((y - 3).svg)L\(x.svg) \(y.svg)L\(back) \((y + 3).svg)"
      }
      let length = a < b ? 5.0 : -5.0
      svg.path("thin", head(a, length) + "M\(a.svg) \(y.svg)H\(b.svg)" + head(b, -length))
    }
  }

  /// From the plot's own numbers to pixels.
  func place(_ point: Mark.Point) -> Mark.Point { (horizontal(point.x), vertical(point.y)) }

  /// The part of a line from where it last comes down into the plot.
  ///
  /// A loss starts far above what a plot is about; its line begins at the upper edge.
  func clipped(_ points: [Mark.Point]) -> [Mark.Point] {
    let places = points.map(place)
    guard let first = places.firstIndex(where: { $0.y >= top - 0.01 }) else { return [] }
    var kept = places[first...].map { (x: $0.x, y: min(max($0.y, top), bottom)) }
    if first > 0 {
      let (before, after) = (places[first - 1], places[first])
      let share = (top - before.y) / (after.y - before.y)
      kept.insert((before.x + share * (after.x - before.x), top), at: 0)
    }
    return kept
  }

  private static func path(_ places: [Mark.Point]) -> String {
    places.enumerated().map { "\($0 == 0 ? "M" : "L")\($1.x.svg) \($1.y.svg)" }.joined()
  }
}
