import Foundation
import Text

/// SVG as it is written: one element a line, attributes in the order they are given.
package struct SVGText {
  /// An attribute's value.
  package protocol Value {
    var svg: String { get }
  }

  package private(set) var lines: [String] = []
  private var open: [String] = []

  package init() {}

  /// Adds an element that has no elements inside.
  package mutating func add(
    _ name: String, _ attributes: KeyValuePairs<String, any Value> = [:], text: String? = nil
  ) {
    let content = text.map { ">\(Self.escaped($0))</\(name)>" } ?? "/>"
    lines.append(indentation + Self.tag(name, attributes) + content)
  }

  /// Adds an element with what `body` adds inside.
  package mutating func add(
    _ name: String, _ attributes: KeyValuePairs<String, any Value> = [:],
    _ body: (inout SVGText) -> Void
  ) {
    lines.append(indentation + Self.tag(name, attributes) + ">")
    open.append(name)
    body(&self)
    open.removeLast()
    lines.append(indentation + "</\(name)>")
  }

  /// The text with everything that XML reads otherwise written as entities; other control characters,
  /// which XML cannot hold, are left out.
  package static func escaped(_ text: String) -> String {
    var escaped = ""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "&": escaped += "&amp;"
      case "<": escaped += "&lt;"
      case ">": escaped += "&gt;"
      case "\"": escaped += "&quot;"
      case "'": escaped += "&#39;"
      case "\n", "\t": escaped.unicodeScalars.append(scalar)
      case "\u{0}"..<"\u{20}", "\u{FFFE}", "\u{FFFF}": break
      default: escaped.unicodeScalars.append(scalar)
      }
    }
    return escaped
  }

  private var indentation: String { String(repeating: "  ", count: open.count) }

  private static func tag(
    _ name: String, _ attributes: KeyValuePairs<String, any Value>
  ) -> String {
    "<\(name)" + attributes.map { " \($0)=\"\(escaped($1.svg))\"" }.joined()
  }
}

extension String: SVGText.Value {
  package var svg: String { self }
}

extension Double: SVGText.Value {
  /// To a tenth, which is finer than a screen shows, without a fraction where it has none.
  package var svg: String {
    let text = Format.fixed(self, 1)
    let short = text.hasSuffix(".0") ? String(text.dropLast(2)) : text
    return short == "-0" ? "0" : short
  }
}
