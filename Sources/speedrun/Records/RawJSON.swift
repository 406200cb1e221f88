import Foundation
import Text

/// JSON as a file has it: numbers and texts stay the characters they are written in.
///
/// A checksum of it does not change with the program that reads it. Foundation's parsers turn numbers into binary ones
/// and keep one of two equal keys; here neither is lost, and what is wrong has its place.
enum RawJSON: Equatable {
  /// Keys and values in the order of the file; a key is a token, with its quotes.
  case object([(key: String, value: RawJSON)])
  case array([RawJSON])
  /// A number, a text with its quotes, `true`, `false` or `null`.
  case token(String)

  static func == (left: RawJSON, right: RawJSON) -> Bool { left.canonical == right.canonical }

  /// The value of a key; nil of anything but an object that has it.
  subscript(key: String) -> RawJSON? {
    guard case .object(let members) = self else { return nil }
    return members.first { $0.key == "\"\(key)\"" }?.value
  }

  /// The keys of an object, without their quotes; none of anything else.
  var keys: [Substring] {
    guard case .object(let members) = self else { return [] }
    return members.map { $0.key.dropFirst().dropLast() }
  }

  /// The number; nil of anything else.
  var number: Double? {
    guard case .token(let token) = self, let first = token.utf8.first,
      first == UInt8(ascii: "-") || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(first)
    else { return nil }
    return Double(token)
  }

  /// The number, if it is written as a whole one.
  var integer: Int? {
    guard case .token(let token) = self else { return nil }
    return Int(token)
  }

  /// The text; nil of anything else.
  var text: String? {
    guard case .token(let token) = self, token.hasPrefix("\"") else { return nil }
    guard token.contains("\\") else { return String(token.dropFirst().dropLast()) }
    return try? JSONDecoder().decode(String.self, from: Data(token.utf8))
  }

  var isNull: Bool {
    guard case .token(let token) = self else { return false }
    return token == "null"
  }

  /// The same in one line without blanks, the keys of every object sorted.
  var canonical: String {
    switch self {
    case .object(let members):
      let sorted = members.sorted { $0.key < $1.key }
      return "{\(sorted.map { "\($0.key):\($0.value.canonical)" }.joined(separator: ","))}"
    case .array(let elements):
      return "[\(elements.map(\.canonical).joined(separator: ","))]"
    case .token(let token):
      return token
    }
  }

  /// The same without a key, of an object inside it.
  func removing(_ path: String...) -> RawJSON { removing(path[...]) }

  private func removing(_ path: ArraySlice<String>) -> RawJSON {
    guard case .object(let members) = self, let first = path.first else { return self }
    let rest = path.dropFirst()
    return .object(
      members.compactMap { key, value in
        if key != "\"\(first)\"" { return (key, value) }
        return rest.isEmpty ? nil : (key, value.removing(rest))
      })
  }
}

extension RawJSON {
  /// The JSON of a value of ours.
  init(encoding value: some Encodable) throws {
    self = try RawJSON(Array(try JSON.line(value).utf8))
  }
}
