import Foundation
import Text

/// A value of JSON or TOML, whatever its type: what settings change before it is decoded, and what files
/// that differ are compared as.
///
/// Whole and floating-point numbers are different: `steps` times 1.5 stays whole, a learning rate of 3 need not.
package enum Tree: Hashable, Sendable {
  case object([String: Tree])
  case array([Tree])
  case string(String)
  case integer(Int)
  case number(Double)
  case bool(Bool)
  case null

  /// The members of an object; nil of anything else.
  package var object: [String: Tree]? {
    if case .object(let members) = self { members } else { nil }
  }

  /// The elements of an array; nil of anything else.
  package var array: [Tree]? {
    if case .array(let elements) = self { elements } else { nil }
  }

  /// The text; nil of anything else.
  package var string: String? {
    if case .string(let text) = self { text } else { nil }
  }

  /// The number, whole or not; nil of anything else.
  package var number: Double? {
    switch self {
    case .integer(let integer): Double(integer)
    case .number(let number): number
    default: nil
    }
  }

  /// The value at a path of keys; nil where there is none.
  ///
  /// Setting one makes the objects on the way.
  package subscript(path: some Collection<String>) -> Tree? {
    get {
      guard let first = path.first else { return self }
      return object?[first]?[path.dropFirst()]
    }
    set {
      guard let first = path.first else {
        self = newValue ?? .null
        return
      }
      var members = object ?? [:]
      // Nobody else has them now, so that they change in place.
      self = .null
      if path.count == 1 {
        members[first] = newValue
      } else {
        members[first, default: .object([:])][path.dropFirst()] = newValue
      }
      self = .object(members)
    }
  }

  /// Everything that is not an object, by its dotted name, sorted.
  package var leaves: [(key: String, value: Tree)] {
    (object ?? [:]).sorted { $0.key < $1.key }.flatMap {
      key, value -> [(key: String, value: Tree)] in
      value.object == nil ? [(key, value)] : value.leaves.map { ("\(key).\($0.key)", $0.value) }
    }.sorted { $0.key < $1.key }
  }

  /// The first key, in the order of their names, that a complete value does not have; nil when it has all.
  package func unknownKey(
    in template: Tree, at path: [String] = []
  ) -> (path: [String], allowed: [String])? {
    guard let members = object, let known = template.object else { return nil }
    for key in members.keys.sorted() {
      guard let inner = known[key] else { return (path + [key], known.keys.sorted()) }
      if let unknown = members[key]?.unknownKey(in: inner, at: path + [key]) { return unknown }
    }
    return nil
  }
}

extension Tree: Codable {
  package init(from decoder: any Decoder) throws {
    let value = try decoder.singleValueContainer()
    if value.decodeNil() {
      self = .null
    } else if let bool = try? value.decode(Bool.self) {
      self = .bool(bool)
    } else if let integer = try? value.decode(Int.self) {
      self = .integer(integer)
    } else if let number = try? value.decode(Double.self) {
      self = .number(number)
    } else if let text = try? value.decode(String.self) {
      self = .string(text)
    } else if let elements = try? value.decode([Tree].self) {
      self = .array(elements)
    } else {
      self = .object(try value.decode([String: Tree].self))
    }
  }

  package func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    switch self {
    case .object(let members): try container.encode(members)
    case .array(let elements): try container.encode(elements)
    case .string(let text): try container.encode(text)
    case .integer(let integer): try container.encode(integer)
    case .number(let number): try container.encode(number)
    case .bool(let bool): try container.encode(bool)
    case .null: try container.encodeNil()
    }
  }
}
