/// A figure: panels side by side, two in a row, and what they show in words.
public struct Figure: Sendable {
  /// The name of its file, without an extension.
  public let name: String
  /// What it shows, in one line.
  public let title: String
  /// What there is to see, for those who cannot, and below the figure.
  public let caption: String
  let panels: [Panel]

  /// Takes panels, from left to right and from top to bottom.
  public init(name: String, title: String, caption: String, panels: [Panel]) {
    (self.name, self.title, self.caption, self.panels) = (name, title, caption, panels)
  }

  /// The whole as a file of its own.
  public var svg: String {
    let rows = stride(from: 0, to: panels.count, by: 2).map {
      panels[$0..<min($0 + 2, panels.count)]
    }
    let heights = rows.map { row in row.map(\.height).max() ?? 0 }
    let width = 2 * PanelLayout.width + PanelLayout.gap
    let captionLines = TextMeasure.lines(caption, size: 12, width: width)
    let drawn = heights.reduce(0) { $0 + $1 + PanelLayout.gap }
    let (margin, captionLine) = (12.0, 17.0)
    return document(
      id: name, title: title, left: -margin, width: width + 2 * margin,
      height: margin + drawn + Double(captionLines.count) * captionLine + margin, isStyled: true
    ) { svg in
      var top = margin
      for (row, height) in zip(rows, heights) {
        for (column, panel) in row.enumerated() {
          let left = Double(column) * (PanelLayout.width + PanelLayout.gap)
          svg.add("g", [("transform", "translate(\(left.svg) \(top.svg))")]) { panel.draw(in: &$0) }
        }
        top += height + PanelLayout.gap
      }
      for (index, line) in captionLines.enumerated() {
        svg.write(line, "caption", x: 0, y: top + 8 + Double(index) * captionLine)
      }
    }
  }

  /// Each panel by itself, for a page that is laid out for its reader's screen and has the ``css``.
  public var panelDocuments: [String] {
    panels.enumerated().map { index, panel in
      document(
        id: "\(name)-\(index + 1)", title: panel.title, left: 0, width: PanelLayout.width,
        height: panel.height, isStyled: false
      ) { panel.draw(in: &$0) }
    }
  }

  private func document(
    id: String, title: String, left: Double, width: Double, height: Double, isStyled: Bool,
    _ draw: @escaping (inout SVGText) -> Void
  ) -> String {
    var svg = SVGText()
    svg.add(
      "svg",
      [
        ("xmlns", "http://www.w3.org/2000/svg"), ("class", "figure"), ("role", "img"),
        ("aria-labelledby", "\(id)-title \(id)-desc"), ("width", width.svg),
        ("height", height.svg), ("viewBox", "\(left.svg) 0 \(width.svg) \(height.svg)"),
      ]
    ) { svg in
      svg.add("title", [("id", "\(id)-title")], text: title)
      svg.add("desc", [("id", "\(id)-desc")], text: caption)
      if isStyled { svg.add("style", text: Self.css) }
      let size = [("width", width.svg), ("height", height.svg)]
      svg.add("rect", [("class", "paper"), ("x", left.svg)] + size)
      draw(&svg)
    }
    return svg.lines.joined(separator: "\n") + "\n"
  }

  /// The number of colors in the ``css``; more series begin again.
  public static let colors = 7

  /// The class that gives an element and what is inside the color of a series.
  static func color(_ index: Int) -> String { "c\(index % colors)" }

  /// The classes of a line: its color, and from the fifth series on a pattern of dashes as well.
  ///
  /// Whoever cannot tell the colors apart has the dashes; a color that comes again has another pattern than before.
  package static func series(_ index: Int) -> String {
    let plain = 4
    return color(index) + (index < plain ? "" : " s\((index - plain) % dashes + 1)")
  }

  /// The number of patterns of dashes in the ``css``.
  private static let dashes = 4

  /// Colors and fonts of every figure, for light and dark screens.
  ///
  /// The hues are Okabe and Ito's, which color-blind people can tell apart ("Color Universal Design", 2008);
  /// darkened on white and lightened on black, so that they can be text too.
  ///
  /// A variable always follows the same color written out: most viewers but browsers know no variables, and leave out
  /// the declaration that has one.
  public static let css = String(decoding: PackageResources.figure_css.dropLast(), as: UTF8.self)
}

/// One drawing of a figure.
public struct Panel: Sendable {
  let title: String
  /// The height it needs.
  let height: Double
  /// Draws below the heading, in coordinates with the panel's upper left corner at the origin.
  let content: @Sendable (inout SVGText) -> Void

  /// Draws the panel with its heading.
  func draw(in svg: inout SVGText) {
    svg.write(title, "title", x: 0, y: 15)
    content(&svg)
  }
}

/// The measures that all panels share, in pixels.
enum PanelLayout {
  /// A telephone's width, and half of that of a page of text.
  static let width = 352.0
  static let gap = 16.0
  static let textSize = 11.5
  /// Where drawings begin, below the heading and a line of small text.
  static let top = 46.0
}
