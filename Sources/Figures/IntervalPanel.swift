/// Quantities with their intervals, one below the other, against a reference: a forest plot.
package struct IntervalPanel: Panel {
  /// One quantity.
  package struct Row: Sendable {
    package var name: String
    package var value: Double
    package var low: Double
    /// Nil where nothing is known above.
    package var high: Double?
    package var color: Int
    /// The numbers as text.
    package var text: String

    package init(
      name: String, value: Double, low: Double, high: Double?, color: Int, text: String
    ) {
      (self.name, self.value, self.low, self.high) = (name, value, low, high)
      (self.color, self.text) = (color, text)
    }
  }

  package var title: String
  package var axis: Axis
  /// Where there is no difference, and what that is called.
  package var reference: (value: Double, name: String)
  package var rows: [Row]

  package init(
    title: String, axis: Axis, reference: (value: Double, name: String), rows: [Row]
  ) {
    (self.title, self.axis, self.reference, self.rows) = (title, axis, reference, rows)
  }

  private static let rowHeight = 26.0

  package var height: Double { PanelLayout.top + Double(rows.count) * Self.rowHeight + 42 }

  package func draw(in svg: inout SVGText) {
    let left = TextMeasure.widest(rows.map(\.name), isBold: true) + 10
    let right = PanelLayout.width - TextMeasure.widest(rows.map(\.text)) - 12
    let domain = axis.domain(
      of: rows.flatMap { [$0.low, $0.value, $0.high ?? $0.value] } + [reference.value])
    let scale = Scale(axis.kind, domain, from: left, to: right)
    drawAxis(scale, from: left, to: right, in: &svg)
    for (index, row) in rows.enumerated() {
      let y = PanelLayout.top + (Double(index) + 0.5) * Self.rowHeight
      svg.add("g", ["class": FigureStyle.color(row.color)]) { svg in
        svg.add("text", ["class": "name", "x": 0.0, "y": y + 4], text: row.name)
        svg.add("text", ["class": "end", "x": PanelLayout.width, "y": y + 4], text: row.text)
        draw(row, at: y, scale, in: &svg)
      }
    }
  }

  private func drawAxis(
    _ scale: Scale, from left: Double, to right: Double, in svg: inout SVGText
  ) {
    let bottom = height - 38
    let ticks = Ticks.linear(scale.domain, count: 3)
    for (tick, label) in zip(ticks, Ticks.labels(ticks, kind: axis.kind)) {
      let x = scale(tick)
      svg.add("path", ["class": "axis", "d": "M\(x.svg) \(bottom.svg)v4"])
      svg.add("text", ["class": "muted middle", "x": x, "y": bottom + 17], text: label)
    }
    svg.add("path", ["class": "axis", "d": "M\(left.svg) \(bottom.svg)H\(right.svg)"])
    svg.add("text", ["class": "muted end", "x": right, "y": bottom + 33], text: axis.label)
    let x = scale(reference.value)
    svg.add("path", ["class": "level", "d": "M\(x.svg) 40V\(bottom.svg)"])
    let half = TextMeasure.width(reference.name) / 2
    svg.add(
      "text",
      ["class": "muted middle", "x": min(max(x, half), PanelLayout.width - half), "y": 34.0],
      text: reference.name)
  }

  private func draw(_ row: Row, at y: Double, _ scale: Scale, in svg: inout SVGText) {
    let end = row.high.map { scale($0) } ?? scale.end
    svg.add("path", ["class": "bar", "d": "M\(scale(row.low).svg) \(y.svg)H\(end.svg)"])
    if row.high == nil {
      // An open end is an arrow.
      let head =
        "M\((end - 5).svg) \((y - 4).svg)L\(end.svg) \(y.svg)L\((end - 5).svg) \((y + 4).svg)"
      svg.add("path", ["class": "line", "d": head])
    }
    svg.add("circle", ["class": "dot", "cx": scale(row.value), "cy": y, "r": 4.5])
  }
}
