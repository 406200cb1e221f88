import Foundation

/// JSON with sorted keys, so that equal values are equal texts.
enum JSON {
  /// A value in one line.
  static func line(_ value: some Encodable) -> String {
    text(value, [])
  }

  /// A value for people to read.
  static func document(_ value: some Encodable) -> String {
    text(value, .prettyPrinted)
  }

  private static func text(
    _ value: some Encodable, _ formatting: JSONEncoder.OutputFormatting
  ) -> String {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes, formatting]
    do {
      return String(decoding: try encoder.encode(value), as: UTF8.self)
    } catch {
      preconditionFailure("JSON: \(type(of: value)) cannot be encoded: \(error)")
    }
  }
}
