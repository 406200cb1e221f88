import Foundation
import Statistics
import Text

extension Panel {
  /// A quantity, where it may lie, and both as text.
  public typealias Row = (
    name: String, value: Double, interval: ConfidenceInterval, color: Int, text: String
  )

  /// Quantities with their intervals, one below the other, against a reference, the value that means no
  /// difference: a forest plot.
  public static func intervals(
    _ title: String, axis: Axis, reference: (value: Double, name: String), rows: [Row]
  ) -> Panel {
    let rowHeight = 26.0
    let bottom = PanelLayout.top + Double(rows.count) * rowHeight + 4
    return Panel(title: title, height: bottom + 38) { svg in
      let left = TextMeasure.widest(rows.map(\.name), isBold: true) + 10
      let right = PanelLayout.width - TextMeasure.widest(rows.map(\.text)) - 12
      let values = rows.flatMap { [$0.interval.lower, $0.value, $0.interval.upper ?? $0.value] }
      let scale = axis.scale(for: values + [reference.value], from: left, to: right)
      for (x, label) in axis.labels(on: scale, count: 3) {
        svg.path("axis", "M\(x.svg) \(bottom.svg)v4")
        svg.write(label, "muted middle", x: x, y: bottom + 17)
      }
      svg.path("axis", "M\(left.svg) \(bottom.svg)H\(right.svg)")
      svg.write(axis.label, "muted end", x: right, y: bottom + 33)
      let x = scale(reference.value)
      svg.path("level", "M\(x.svg) 40V\(bottom.svg)")
      let half = TextMeasure.width(reference.name) / 2
      svg.write(
        reference.name, "muted middle", x: min(max(x, half), PanelLayout.width - half), y: 34)
      for (index, row) in rows.enumerated() {
        let y = PanelLayout.top + (Double(index) + 0.5) * rowHeight
        svg.add("g", [("class", Figure.color(row.color))]) { svg in
          svg.write(row.name, "name", x: 0, y: y + 4)
          svg.write(row.text, "end", x: PanelLayout.width, y: y + 4)
          let end = row.interval.upper.map { scale($0) } ?? right
          svg.path("bar", "M\(scale(row.interval.lower).svg) \(y.svg)H\(end.svg)")
          if row.interval.upper == nil {
            // An open end is an arrow.
            let back = (end - 5).svg
            svg.path("line", "M\(back) \((y - 4).svg)L\(end.svg) \(y.svg)L\(back) \((y + 4).svg)")
          }
          svg.dot("dot", x: scale(row.value), y: y, radius: 4.5)
        }
      }
    }
  }

  /// A grid of numbers with colors, bright where they are low, and a frame around the least.
  ///
  /// Rows go from top to bottom, and of each there is a number for every column: infinite for a run that diverged,
  /// nil for none. Beyond the domain colors stay the same.
  public static func heatMap(
    _ title: String, columns: (key: String, values: [String]),
    rows: (key: String, values: [String]), values: [[Double?]], domain: ClosedRange<Double>
  ) -> Panel {
    let rowHeight = 32.0
    let bottom = PanelLayout.top + Double(rows.values.count) * rowHeight
    return Panel(title: title, height: bottom + 40) { svg in
      let left = TextMeasure.widest(rows.values) + 8
      let width = (PanelLayout.width - 2 - left) / Double(max(1, columns.values.count))
      svg.write(rows.key, "muted", x: 0, y: 32)
      for (index, column) in columns.values.enumerated() {
        svg.write(
          column, "muted middle", x: left + (Double(index) + 0.5) * width, y: bottom + 17)
      }
      svg.write(columns.key, "muted end", x: PanelLayout.width - 2, y: bottom + 33)
      let best = values.joined().compactMap(\.self).filter(\.isFinite).min()
      for (index, row) in rows.values.enumerated() {
        let y = PanelLayout.top + Double(index) * rowHeight
        svg.write(row, "muted end", x: left - 6, y: y + rowHeight / 2 + 4)
        for case (let column, let value?) in values[index].enumerated() {
          let x = left + Double(column) * width
          let span = domain.upperBound - domain.lowerBound
          let share = span > 0 ? (domain.upperBound - value) / span : 1
          let box = [
            ("x", (x + 1).svg), ("y", (y + 1).svg), ("width", (width - 2).svg),
            ("height", (rowHeight - 2).svg), ("rx", "2"),
          ]
          let fill = value.isFinite ? ColorScale.color(share) : "none"
          svg.add(
            "rect", [("class", value.isFinite ? "cell" : "none")] + box + [("fill", fill)])
          if value == best { svg.add("rect", [("class", "best")] + box) }
          let tone =
            !value.isFinite ? "muted" : ColorScale.isBright(share) ? "on-light" : "on-dark"
          svg.write(
            value.isFinite ? Format.fixed(value, 3) : "diverged", "middle \(tone)",
            x: x + width / 2, y: y + rowHeight / 2 + 4)
        }
      }
    }
  }
}

/// Numbers as colors of even steps to the eye: viridis, by van der Walt and Smith (2015), which color-blind
/// people and gray printers keep in order.
package enum ColorScale {
  /// The color of a share from 0, dark, to 1, bright, as `#rrggbb`.
  package static func color(_ share: Double) -> String {
    components(share).reduce("#") { text, component in
      text + (component < 16 ? "0" : "") + String(component, radix: 16)
    }
  }

  /// Whether dark text reads better on the color than light text: by its luminance (WCAG 2).
  package static func isBright(_ share: Double) -> Bool {
    let linear = components(share).map { component in
      let value = Double(component) / 255
      return value <= 0.04045 ? value / 12.92 : pow((value + 0.055) / 1.055, 2.4)
    }
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2] > 0.18
  }

  private static let stops = [
    0x440154, 0x482878, 0x3E4989, 0x31688E, 0x26828E, 0x1F9E89, 0x35B779, 0x6ECE58, 0xB5DE2B,
    0xFDE725,
  ]

  private static func components(_ share: Double) -> [Int] {
    let place = min(max(share, 0), 1) * Double(stops.count - 1)
    let index = min(Int(place), stops.count - 2)
    let rest = place - Double(index)
    return [16, 8, 0].map { shift in
      let (from, to) = (stops[index] >> shift & 0xFF, stops[index + 1] >> shift & 0xFF)
      return Int((Double(from) + rest * Double(to - from)).rounded())
    }
  }
}
