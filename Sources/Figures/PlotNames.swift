/// Puts words where they hide nothing.
struct PlotNames {
  /// What a text covers.
  private struct Box {
    var x: ClosedRange<Double>
    var y: ClosedRange<Double>

    func overlaps(_ other: Box) -> Bool { x.overlaps(other.x) && y.overlaps(other.y) }
  }

  private let layout: PlotLayout
  /// Places on the lines of the plot, a few pixels apart.
  private let inked: [(x: Double, y: Double)]
  private var taken: [Box] = []

  init(_ layout: PlotLayout, marks: [Mark]) {
    self.layout = layout
    inked = marks.flatMap { mark -> [(x: Double, y: Double)] in
      guard case .line(let points, _, _, _) = mark else { return [] }
      return Self.dense(layout.clipped(points.map(layout.place)))
    }
  }

  /// Draws the names of all marks.
  mutating func draw(_ marks: [Mark], in svg: inout SVGText) {
    drawEnds(of: marks, in: &svg)
    for mark in marks {
      guard case .spot(let point, let color, let name) = mark else { continue }
      let (x, y) = layout.place(point)
      let middles = [y + 19, y + 34, y + 49, y - 9, y - 24].map { (inside(x, name), $0) }
      write(name, "name \(FigureStyle.color(color))", at: middles, avoidsLines: false, in: &svg)
    }
    for mark in marks {
      guard case .gap(let from, let to, let level, let name) = mark else { continue }
      let x = (layout.horizontal(from) + layout.horizontal(to)) / 2
      let y = layout.vertical(level)
      // Falling lines leave room over their right and under their left ends.
      let beside = abs(layout.horizontal(to) - layout.horizontal(from)) / 2 + half(name) + 4
      write(
        name, "halo",
        at: [(x, y - 6), (x, y + 15), (x - beside, y + 15), (x + beside, y - 6)], in: &svg)
    }
    for mark in marks {
      guard case .level(let level, let name) = mark else { continue }
      let (left, right) = (layout.left + half(name) + 2, layout.right - half(name) - 2)
      let y = layout.vertical(level)
      write(
        name, "halo", at: [(left, y - 5), (right, y - 5), (left, y + 14), (right, y + 14)], in: &svg
      )
    }
  }

  /// The names of lines, in a column at the right.
  private mutating func drawEnds(of marks: [Mark], in svg: inout SVGText) {
    let ends: [(name: String, color: Int, y: Double)] = marks.compactMap { mark in
      guard case .line(let points, let color, _, let name?) = mark,
        let last = layout.clipped(points.map(layout.place)).last
      else { return nil }
      return (name, color, last.y)
    }
    let places = LabelColumn.places(
      ends.map { $0.y + 4 }, distance: 14, in: (layout.top + 8)...layout.bottom)
    for (end, y) in zip(ends, places) {
      svg.add(
        "text",
        ["class": "name \(FigureStyle.color(end.color))", "x": layout.right + 6, "y": y],
        text: end.name)
    }
  }

  /// Writes a text at the first of several places that is free; at the first, if none is.
  private mutating func write(
    _ text: String, _ style: String, at middles: [(x: Double, y: Double)],
    avoidsLines: Bool = true, in svg: inout SVGText
  ) {
    let half = half(text) + 1
    func box(_ place: (x: Double, y: Double)) -> Box {
      Box(x: (place.x - half)...(place.x + half), y: (place.y - 10)...(place.y + 3))
    }
    let free = middles.first { place in
      let box = box(place)
      return place.y > layout.top + 8 && place.y < layout.bottom - 2
        && !taken.contains { $0.overlaps(box) }
        && !(avoidsLines && inked.contains { box.x.contains($0.x) && box.y.contains($0.y) })
    }
    guard let place = free ?? middles.first else { return }
    taken.append(box(place))
    svg.add("text", ["class": "\(style) middle", "x": place.x, "y": place.y], text: text)
  }

  /// The middle of a text, moved so far that none of it leaves the plot.
  private func inside(_ middle: Double, _ text: String) -> Double {
    let half = half(text)
    return min(max(middle, layout.left + half), PanelLayout.width - half)
  }

  /// Half of a text's width, as if it were bold.
  private func half(_ text: String) -> Double { TextMeasure.width(text, isBold: true) / 2 }

  private static func dense(_ places: [(x: Double, y: Double)]) -> [(x: Double, y: Double)] {
    zip(places, places.dropFirst()).flatMap { from, to -> [(x: Double, y: Double)] in
      let steps = max(1, Int(max(abs(to.x - from.x), abs(to.y - from.y)) / 4))
      return (0...steps).map { index in
        let share = Double(index) / Double(steps)
        return (from.x + share * (to.x - from.x), from.y + share * (to.y - from.y))
      }
    }
  }
}
