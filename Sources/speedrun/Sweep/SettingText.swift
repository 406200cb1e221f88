import Foundation
import TOMLKit

/// Values of settings as text that `--set` reads, equal values as equal texts.
enum SettingText {
  /// A value of a TOML file.
  static func value(_ value: any TOMLValueConvertible) -> String {
    if let integer = value.int { return String(integer) }
    if let double = value.double { return number(double) }
    if let text = value.string { return text }
    if let list = value.array {
      return "[\(list.map { Self.value($0) }.joined(separator: ", "))]"
    }
    return value.debugDescription
  }

  /// The numbers of a value as text: one, or those of a list; none if anything else is in it.
  static func numbers(_ value: String) -> [Double] {
    let isList = value.hasPrefix("[") && value.hasSuffix("]")
    let parts = isList ? value.dropFirst().dropLast().split(separator: ", ") : [value[...]]
    let numbers = parts.compactMap { Double($0) }
    return numbers.count == parts.count ? numbers : []
  }

  /// A number in the fewest digits that mean the same, without a fraction where it has none.
  static func number(_ value: Double) -> String {
    value == value.rounded() && value.magnitude < 1e15 ? String(Int(value)) : "\(value)"
  }

  /// A number times a factor, to four significant digits; a whole one stays whole.
  static func product(_ value: Double, _ factor: Double, isWhole: Bool) -> String {
    if factor == 1 { return number(value) }
    let product = value * factor
    let short = Double(String(format: "%.4g", product)) ?? product
    return number(isWhole ? product.rounded() : short)
  }
}
