import Foundation

/// JSON with sorted keys, so that equal values are equal texts.
package enum JSON {
  /// A value in one line.
  package static func line(_ value: some Encodable) throws -> String {
    try text(value, [])
  }

  /// A value for people to read.
  package static func document(_ value: some Encodable) throws -> String {
    try text(value, .prettyPrinted)
  }

  private static func text(
    _ value: some Encodable, _ formatting: JSONEncoder.OutputFormatting
  ) throws -> String {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes, formatting]
    return String(decoding: try encoder.encode(value), as: UTF8.self)
  }
}

extension Double {
  /// The value, unless it is infinite or not a number, which JSON cannot say.
  package var ifFinite: Double? { isFinite ? self : nil }
}
