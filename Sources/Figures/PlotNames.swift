import Foundation
import Statistics

/// Puts words where they hide nothing.
struct PlotNames {
  private let layout: PlotLayout
  /// Places on the lines of the plot, a few pixels apart.
  private let inked: [CGPoint]
  private var taken: [CGRect] = []

  init(_ layout: PlotLayout, marks: [Mark]) {
    self.layout = layout
    inked = marks.flatMap { mark -> [CGPoint] in
      guard case .line(let points, _, _, _) = mark else { return [] }
      return Self.dense(layout.clipped(points))
    }
  }

  /// Draws the names of all marks.
  mutating func draw(_ marks: [Mark], in svg: inout SVGText) {
    drawEnds(of: marks, in: &svg)
    for case .spot(let point, let color, let name) in marks where !name.isEmpty {
      let (x, y) = layout.place(point)
      // None of it may leave the panel.
      let inside = min(max(x, layout.left + half(name)), PanelLayout.width - half(name))
      let places = [19, 34, 49, -9, -24].map { (inside, y + $0) }
      write(name, "name \(Figure.color(color))", at: places, avoidsLines: false, in: &svg)
    }
    for case .gap(let from, let to, let level, let name) in marks {
      let (a, b, y) = (layout.horizontal(from), layout.horizontal(to), layout.vertical(level))
      let x = (a + b) / 2
      // Falling lines leave room over their right and under their left ends.
      let beside = abs(b - a) / 2 + half(name) + 4
      write(
        name, "halo", at: [(x, y - 6), (x, y + 15), (x - beside, y + 15), (x + beside, y - 6)],
        in: &svg)
    }
    for case .level(let level, let name) in marks {
      let (left, right) = (layout.left + half(name) + 2, layout.right - half(name) - 2)
      let y = layout.vertical(level)
      write(
        name, "halo", at: [(left, y - 5), (right, y - 5), (left, y + 14), (right, y + 14)],
        in: &svg)
    }
  }

  /// The names of lines, in a column at the right.
  private func drawEnds(of marks: [Mark], in svg: inout SVGText) {
    let ends: [(name: String, color: Int, y: Double)] = marks.compactMap { mark in
      guard case .line(let points, let color, _, let name?) = mark,
        let last = layout.clipped(points).last
      else { return nil }
      return (name, color, last.y)
    }
    let places = LabelColumn.places(
      ends.map { $0.y + 4 }, distance: 14, in: (layout.top + 8)...layout.bottom)
    for (end, y) in zip(ends, places) {
      svg.write(end.name, "name \(Figure.color(end.color))", x: layout.right + 6, y: y)
    }
  }

  /// Writes a text at the first of several places that is free; at the first, if none is.
  private mutating func write(
    _ text: String, _ style: String, at middles: [Mark.Point], avoidsLines: Bool = true,
    in svg: inout SVGText
  ) {
    func box(_ place: Mark.Point) -> CGRect {
      let half = half(text) + 1
      return CGRect(x: place.x - half, y: place.y - 10, width: 2 * half, height: 13)
    }
    let free = middles.first { place in
      let box = box(place)
      return place.y > layout.top + 8 && place.y < layout.bottom - 2
        && !taken.contains(where: box.intersects)
        && !(avoidsLines && inked.contains(where: box.contains))
    }
    guard let place = free ?? middles.first else { return }
    taken.append(box(place))
    svg.write(text, "\(style) middle", x: place.x, y: place.y)
  }

  /// Half of a text's width, as if it were bold.
  private func half(_ text: String) -> Double { TextMeasure.width(text, isBold: true) / 2 }

  private static func dense(_ places: [Mark.Point]) -> [CGPoint] {
    zip(places, places.dropFirst()).flatMap { from, to in
      let steps = max(1, Int(max(abs(to.x - from.x), abs(to.y - from.y)) / 4))
      return (0...steps).map { index in
        let share = Double(index) / Double(steps)
        return CGPoint(x: from.x + share * (to.x - from.x), y: from.y + share * (to.y - from.y))
      }
    }
  }
}

/// Labels in a column, moved apart where they would lie on each other.
package enum LabelColumn {
  /// Returns a place for each label: as wanted if there is room, else as near as `distance` allows, with the
  /// least sum of squared shifts.
  package static func places(
    _ wanted: [Double], distance: Double, in bounds: ClosedRange<Double>
  ) -> [Double] {
    let order = wanted.indices.sorted { (wanted[$0], $0) < (wanted[$1], $1) }
    let highest = bounds.upperBound - Double(max(0, wanted.count - 1)) * distance
    // Shifted by its rank, a label must only not be above the one before it.
    let shifted = order.enumerated().map { wanted[$1] - Double($0) * distance }.isotonic
    var places = wanted
    for (rank, index) in order.enumerated() {
      places[index] =
        max(min(shifted[rank], highest), bounds.lowerBound) + Double(rank) * distance
    }
    return places
  }
}
