import Text

/// A grid of numbers with colors, bright where they are low.
package struct HeatMapPanel: Panel {
  package var title: String
  /// What the columns and the rows are.
  package var columnKey: String
  package var rowKey: String
  package var columns: [String]
  /// From top to bottom.
  package var rows: [String]
  /// Of every row, a value for each column; infinite for a run that diverged, nil for none.
  package var values: [[Double?]]
  /// The values that have the brightest and the darkest color; beyond them colors stay the same.
  package var domain: ClosedRange<Double>

  package init(
    title: String, columnKey: String, rowKey: String, columns: [String], rows: [String],
    values: [[Double?]], domain: ClosedRange<Double>
  ) {
    (self.title, self.columnKey, self.rowKey) = (title, columnKey, rowKey)
    (self.columns, self.rows, self.values, self.domain) = (columns, rows, values, domain)
  }

  private static let cellHeight = 32.0

  package var height: Double { PanelLayout.top + Double(rows.count) * Self.cellHeight + 40 }

  package func draw(in svg: inout SVGText) {
    let left = TextMeasure.widest(rows) + 8
    let width = (PanelLayout.width - 2 - left) / Double(max(1, columns.count))
    let bottom = PanelLayout.top + Double(rows.count) * Self.cellHeight
    svg.add("text", ["class": "muted", "x": 0.0, "y": 32.0], text: rowKey)
    for (index, column) in columns.enumerated() {
      svg.add(
        "text",
        [
          "class": "muted middle", "x": left + (Double(index) + 0.5) * width, "y": bottom + 17,
        ], text: column)
    }
    svg.add(
      "text", ["class": "muted end", "x": PanelLayout.width - 2, "y": bottom + 33],
      text: columnKey)
    let best = values.joined().compactMap(\.self).filter(\.isFinite).min()
    for (index, row) in rows.enumerated() {
      let top = PanelLayout.top + Double(index) * Self.cellHeight
      svg.add(
        "text", ["class": "muted end", "x": left - 6, "y": top + Self.cellHeight / 2 + 4],
        text: row)
      for (column, value) in values[index].enumerated() {
        guard let value else { continue }
        let x = left + Double(column) * width
        draw(value, atX: x, y: top, width: width, isBest: value == best, in: &svg)
      }
    }
  }

  private func draw(
    _ value: Double, atX x: Double, y: Double, width: Double, isBest: Bool, in svg: inout SVGText
  ) {
    let span = domain.upperBound - domain.lowerBound
    let share = span > 0 ? (domain.upperBound - value) / span : 1
    let (w, h) = (width - 2, Self.cellHeight - 2)
    let fill = value.isFinite ? ColorScale.color(share) : "none"
    svg.add(
      "rect",
      [
        "class": value.isFinite ? "cell" : "none", "x": x + 1, "y": y + 1, "width": w, "height": h,
        "rx": 2.0, "fill": fill,
      ])
    if isBest {
      svg.add(
        "rect",
        ["class": "best", "x": x + 1, "y": y + 1, "width": w, "height": h, "rx": 2.0])
    }
    let text = value.isFinite ? Format.fixed(value, 3) : "diverged"
    let tone = !value.isFinite ? "muted" : ColorScale.isBright(share) ? "on-light" : "on-dark"
    svg.add(
      "text",
      [
        "class": "middle \(tone)", "x": x + width / 2, "y": y + Self.cellHeight / 2 + 4,
      ], text: text)
  }
}
