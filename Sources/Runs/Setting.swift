import Foundation

/// One `--set key=value`: a key of the optimizer's recipe or of the track, and its new value.
package struct Setting: Hashable, Sendable {
  package let key: String
  package let value: String

  /// Reads `key=value`.
  package init(_ text: String) throws(UsageError) {
    let parts = text.split(separator: "=", maxSplits: 1).map(String.init)
    guard parts.count == 2, !parts[0].isEmpty else {
      throw UsageError(
        "--set \(text): not of the form key=value", hint: "for example --set steps=200")
    }
    (key, value) = (parts[0], parts[1])
  }

  package init(key: String, value: String) {
    (self.key, self.value) = (key, value)
  }

  /// `key=value`.
  package var text: String { "\(key)=\(value)" }

  /// The names of the tables on the way, and of the value.
  var path: [String] { key.split(separator: ".").map(String.init) }

  /// As an option that a shell passes on unchanged.
  package var option: String {
    let isPlain = text.wholeMatch(of: /[A-Za-z0-9_.,:=+-]+/) != nil
    return "--set " + (isPlain ? text : "'\(text)'")
  }

  /// As a line of TOML.
  package var toml: String {
    let isText = Tree(setting: value) == .string(value)
    return "\(key) = " + (isText ? "\"\(value)\"" : value)
  }
}

extension Setting {
  /// The numbers in the value: one, or those of a list; none if anything else is in it.
  package static func numbers(in value: String) -> [Double] {
    let isList = value.hasPrefix("[") && value.hasSuffix("]")
    let parts = isList ? value.dropFirst().dropLast().split(separator: ", ") : [value[...]]
    let numbers = parts.compactMap { Double($0) }
    return numbers.count == parts.count ? numbers : []
  }

  /// A number in the fewest digits that mean the same, without a fraction where it has none.
  package static func text(of value: Double) -> String {
    value == value.rounded() && value.magnitude < 1e15 ? String(Int(value)) : "\(value)"
  }

  /// A number to three significant digits.
  package static func short(_ value: Double) -> String {
    text(of: Double(String(format: "%.3g", value)) ?? value)
  }

  /// A value of a file as text that `--set` reads, equal values as equal texts.
  package static func text(of value: Tree) -> String {
    switch value {
    case .integer(let integer): String(integer)
    case .number(let number): text(of: number)
    case .string(let text): text
    case .bool(let bool): String(bool)
    case .array(let elements): "[\(elements.map { text(of: $0) }.joined(separator: ", "))]"
    case .object, .null: ""
    }
  }

  /// A number times a factor, to four significant digits; a whole one stays whole.
  package static func product(_ value: Double, _ factor: Double, isWhole: Bool) -> String {
    if factor == 1 { return text(of: value) }
    let product = value * factor
    let short = Double(String(format: "%.4g", product)) ?? product
    return text(of: isWhole ? product.rounded() : short)
  }
}
