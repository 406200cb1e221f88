/// One drawing of a figure.
package protocol Panel: Sendable {
  /// What is drawn, for the heading.
  var title: String { get }
  /// The height it needs.
  var height: Double { get }
  /// Draws below the heading, in coordinates with the panel's upper left corner at the origin.
  func draw(in svg: inout SVGText)
}

extension Panel {
  /// The panel with its heading.
  func drawWhole(in svg: inout SVGText) {
    svg.add("text", ["class": "title", "x": 0.0, "y": 15.0], text: title)
    draw(in: &svg)
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
