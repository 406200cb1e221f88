import Foundation

/// JSON with sorted keys, so that equal values are equal texts.
package enum JSON {
  /// A value in one line.
  package static func line(_ value: some Encodable) throws -> String {
    try text(value, [])
  }

  /// A value for people to read; its keys are the names of properties, in snake case where that is asked for.
  package static func document(
    _ value: some Encodable, inSnakeCase: Bool = false
  ) throws -> String {
    try text(value, .prettyPrinted, inSnakeCase ? .convertToSnakeCase : .useDefaultKeys)
  }

  private static func text(
    _ value: some Encodable, _ formatting: JSONEncoder.OutputFormatting,
    _ keys: JSONEncoder.KeyEncodingStrategy = .useDefaultKeys
  ) throws -> String {
    let encoder = JSONEncoder()
    encoder.keyEncodingStrategy = keys
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes, formatting]
    return String(decoding: try encoder.encode(value), as: UTF8.self)
  }
}

extension Double {
  /// The value, unless it is infinite or not a number, which JSON cannot say.
  package var ifFinite: Double? { isFinite ? self : nil }
}
