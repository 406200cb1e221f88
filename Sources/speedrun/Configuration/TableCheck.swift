import Autograd
import Figures
import Muon
import TOMLKit

/// Fits a TOML table to a complete one, so that errors name the key and what is allowed.
///
/// Whole numbers become floating-point numbers where those are due: a decoder alone says of them only
/// that it found nothing.
enum TableCheck {
  /// The texts that a key accepts, where it does not accept any.
  private static let choices = [
    "scale": Muon.Scale.allCases.map(\.rawValue),
    "decay": Muon.Decay.allCases.map(\.rawValue),
    "orthogonalization": Muon.Orthogonalization.allCases.map(\.rawValue),
    "newton_schulz": NewtonSchulz.named.map { $0.name },
    "newton_schulz_precision": Precision.allCases.map(\.rawValue),
  ]

  /// Throws unless every key of `table` is in `template`, with a value of the same type.
  ///
  /// Integers become floating-point numbers where `template` has those.
  static func conform(
    _ table: TOMLTable, to template: TOMLTable, at path: [String] = []
  ) throws(UsageError) {
    for key in table.keys {
      let name = (path + [key]).joined(separator: ".")
      guard let expected = template[key]?.tomlValue else {
        throw UsageError(
          "unknown key '\(name)'",
          hint: Suggestion.text(for: key, among: template.keys, what: "allowed here"))
      }
      if let allowed = choices[key], let found = table[key]?.string, !allowed.contains(found) {
        throw UsageError("\(name) = '\(found)': it must be \(allowed.joined(separator: " or "))")
      }
      guard let found = table[key]?.tomlValue, found.type != expected.type else {
        if let inner = table[key]?.table, let innerTemplate = expected.table {
          try conform(inner, to: innerTemplate, at: path + [key])
        } else if let list = table[key]?.array {
          table[key] = numbers(list)
        }
        continue
      }
      if let integer = found.int, expected.type == .double {
        table[key] = Double(integer)
      } else if key == "newton_schulz", found.type == .string {
        continue
      } else {
        throw UsageError(
          "\(name) = \(found.debugDescription): it must be \(article(expected.type))")
      }
    }
  }

  /// The list with floating-point numbers where there are integers; no list of a track has integers.
  private static func numbers(_ list: TOMLArray) -> TOMLArray {
    TOMLArray(
      list.map { element -> TOMLValue in
        if let integer = element.int { return Double(integer).tomlValue }
        return element.array.map { numbers($0).tomlValue } ?? element.tomlValue
      })
  }

  private static func article(_ type: TOMLType) -> String {
    switch type {
    case .int: "a whole number"
    case .double: "a number"
    case .string: "a text in quotes"
    case .bool: "true or false"
    case .array: "a list in brackets"
    case .table: "a table"
    default: "a \(type)"
    }
  }
}
