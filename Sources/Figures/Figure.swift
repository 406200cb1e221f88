/// A figure: panels side by side, two in a row, and what they show in words.
package struct Figure: Sendable {
  /// The name of its file, without an extension.
  package let name: String
  package let title: String
  /// What there is to see, for those who cannot, and below the figure.
  package let caption: String
  package let panels: [any Panel]

  package init(name: String, title: String, caption: String, panels: [any Panel]) {
    (self.name, self.title, self.caption, self.panels) = (name, title, caption, panels)
  }

  private static let width = 2 * PanelLayout.width + PanelLayout.gap
  private static let captionSize = 12.0
  private static let captionLine = 17.0

  /// The whole as a file of its own.
  package var svg: String {
    let rows = stride(from: 0, to: panels.count, by: 2).map {
      panels[$0..<min($0 + 2, panels.count)]
    }
    let heights = rows.map { row in row.map(\.height).max() ?? 0 }
    let captionLines = TextMeasure.lines(caption, size: Self.captionSize, width: Self.width)
    let drawn = heights.reduce(0) { $0 + $1 + PanelLayout.gap }
    let margin = 12.0
    let height = margin + drawn + Double(captionLines.count) * Self.captionLine + margin
    return document(
      id: name, title: title, left: -margin, width: Self.width + 2 * margin, height: height,
      isStyled: true
    ) { svg in
      var top = margin
      for (row, rowHeight) in zip(rows, heights) {
        for (column, panel) in row.enumerated() {
          let left = Double(column) * (PanelLayout.width + PanelLayout.gap)
          svg.add("g", ["transform": "translate(\(left.svg) \(top.svg))"]) {
            panel.drawWhole(in: &$0)
          }
        }
        top += rowHeight + PanelLayout.gap
      }
      for (index, line) in captionLines.enumerated() {
        svg.add(
          "text", ["class": "caption", "x": 0.0, "y": top + 8 + Double(index) * Self.captionLine],
          text: line)
      }
    }
  }

  /// Each panel by itself, for a page that is laid out for its reader's screen and has the style.
  package var panelDocuments: [String] {
    panels.enumerated().map { index, panel in
      document(
        id: "\(name)-\(index + 1)", title: panel.title, left: 0, width: PanelLayout.width,
        height: panel.height, isStyled: false
      ) { panel.drawWhole(in: &$0) }
    }
  }

  private func document(
    id: String, title: String, left: Double, width: Double, height: Double, isStyled: Bool,
    _ draw: (inout SVGText) -> Void
  ) -> String {
    var svg = SVGText()
    svg.add(
      "svg",
      [
        "xmlns": "http://www.w3.org/2000/svg", "class": "figure", "role": "img",
        "aria-labelledby": "\(id)-title \(id)-desc", "width": width, "height": height,
        "viewBox": "\(left.svg) 0 \(width.svg) \(height.svg)",
      ]
    ) { svg in
      svg.add("title", ["id": "\(id)-title"], text: title)
      svg.add("desc", ["id": "\(id)-desc"], text: caption)
      if isStyled { svg.add("style", text: FigureStyle.css) }
      svg.add("rect", ["class": "paper", "x": left, "width": width, "height": height])
      draw(&svg)
    }
    return svg.lines.joined(separator: "\n") + "\n"
  }
}
