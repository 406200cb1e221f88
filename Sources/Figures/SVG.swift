import Foundation
import Text

/// SVG as it is written: one element a line, attributes in the order they are given.
package struct SVGText {
  private(set) var lines: [String] = []
  private var depth = 0

  /// Adds an element: empty, with a text, or with what `body` adds inside.
  mutating func add(
    _ name: String, _ attributes: [(String, String)] = [], text: String? = nil,
    _ body: ((inout SVGText) -> Void)? = nil
  ) {
    let tag = name + attributes.map { " \($0)=\"\(Self.escaped($1))\"" }.joined()
    let indentation = String(repeating: "  ", count: depth)
    guard let body else {
      let end = text.map { ">\(Self.escaped($0))</\(name)>" } ?? "/>"
      return lines.append("\(indentation)<\(tag)\(end)")
    }
    lines.append("\(indentation)<\(tag)>")
    depth += 1
    body(&self)
    depth -= 1
    lines.append("\(indentation)</\(name)>")
  }

  mutating func write(_ text: String, _ style: String, x: Double, y: Double) {
    add("text", [("class", style), ("x", x.svg), ("y", y.svg)], text: text)
  }

  mutating func path(_ style: String, _ data: String) {
    add("path", [("class", style), ("d", data)])
  }

  mutating func dot(_ style: String, x: Double, y: Double, radius: Double) {
    add("circle", [("class", style), ("cx", x.svg), ("cy", y.svg), ("r", radius.svg)])
  }

  /// The text with everything that XML reads otherwise written as entities; other control characters,
  /// which XML cannot hold, are left out.
  package static func escaped(_ text: String) -> String {
    text.unicodeScalars.reduce(into: "") { escaped, scalar in
      if let entity = entities[scalar] {
        escaped += entity
      } else if scalar >= " " && scalar.value | 1 != 0xFFFF || scalar == "\n" || scalar == "\t" {
        escaped.unicodeScalars.append(scalar)
      }
    }
  }

  private static let entities: [Unicode.Scalar: String] = [
    "&": "&amp;", "<": "&lt;", ">": "&gt;", "\"": "&quot;", "'": "&#39;",
  ]
}

extension Double {
  /// To a tenth, which is finer than a screen shows, without a fraction where it has none.
  package var svg: String {
    let text = Format.fixed(self, 1)
    let short = text.hasSuffix(".0") ? String(text.dropLast(2)) : text
    return short == "-0" ? "0" : short
  }
}

/// How much room a text takes, without asking a font.
enum TextMeasure {
  /// An upper estimate of the width of a text in a sans-serif font: figures are laid out before anybody
  /// knows which font a reader has.
  static func width(
    _ text: String, size: Double = PanelLayout.textSize, isBold: Bool = false
  ) -> Double {
    text.reduce(0) { $0 + width(of: $1) } * size * (isBold ? 1.12 : 1)
  }

  /// The width of the widest text.
  static func widest(_ texts: [String], isBold: Bool = false) -> Double {
    texts.map { width($0, isBold: isBold) }.max() ?? 0
  }

  /// The lines of a text no wider than `width`, broken at blanks.
  static func lines(_ text: String, size: Double, width: Double) -> [String] {
    text.split(separator: " ").reduce(into: []) { lines, word in
      if let longer = lines.last.map({ "\($0) \(word)" }), Self.width(longer, size: size) <= width {
        lines[lines.count - 1] = longer
      } else {
        lines.append(String(word))
      }
    }
  }

  /// In units of the font's size.
  private static func width(of character: Character) -> Double {
    switch character {
    case "i", "j", "l", "I", ".", ",", ":", ";", "'", "|", "!", " ": 0.34
    case "f", "t", "r", "(", ")", "-", "/": 0.41
    case "m", "w", "M", "W", "%": 0.94
    case _ where character.isUppercase: 0.7
    default: 0.62
    }
  }
}
