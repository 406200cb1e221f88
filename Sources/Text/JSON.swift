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

  /// The bytes of a file with a value for people to read.
  package static func file(_ value: some Encodable) throws -> [UInt8] {
    Array((try document(value) + "\n").utf8)
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

  /// The name of a place in a value: `arms[0].stop.p`.
  package static func path(_ keys: some Sequence<any CodingKey>) -> String {
    keys.reduce("") { path, key in
      if let index = key.intValue { return "\(path)[\(index)]" }
      return path.isEmpty ? key.stringValue : "\(path).\(key.stringValue)"
    }
  }

  /// The place of what could not be decoded, to follow what is said about the whole; empty where none is to blame.
  package static func place(of error: any Error) -> String {
    let keys: [any CodingKey]
    switch error {
    // Foundation on Linux has no other sign of it, and does not say where.
    case DecodingError.dataCorrupted(let context)
    where context.debugDescription.contains("not valid JSON"):
      return ": not JSON"
    case DecodingError.keyNotFound(let key, let context):
      let path = context.codingPath
      keys = path.last?.stringValue == key.stringValue ? path : path + [key]
    case DecodingError.typeMismatch(_, let context), DecodingError.valueNotFound(_, let context),
      DecodingError.dataCorrupted(let context):
      keys = context.codingPath
    default: return ""
    }
    return keys.isEmpty ? "" : ", look at '\(path(keys))'"
  }
}

extension Double {
  /// The value, unless it is infinite or not a number, which JSON cannot say.
  package var ifFinite: Double? { isFinite ? self : nil }
}
