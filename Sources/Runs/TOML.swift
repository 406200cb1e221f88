import Foundation
import NanoGPT
import TOMLKit
import Text

extension Tree {
  /// Parses TOML text; a mistake in it is told with its place.
  package init(toml text: String) throws(UsageError) {
    try TOMLGuard.check(text)
    do {
      self = try Self.value(try TOMLTable(string: text))
    } catch let error as UsageError {
      throw error
    } catch let error as TOMLParseError {
      throw UsageError("not TOML: \(error.description), \(error.source)")
    } catch {
      throw UsageError("not TOML: \(error)")
    }
  }

  /// The value of a setting: TOML, or a text that stands for itself.
  init(setting text: String) {
    self = (try? Tree(toml: "value = \(text)"))?.object?["value"] ?? .string(text)
  }

  private static func value(_ value: any TOMLValueConvertible) throws(UsageError) -> Tree {
    if let table = value.table {
      var members: [String: Tree] = [:]
      for key in table.keys {
        // Of other bytes than the first, or the parser had refused it: TOML compares bytes, Swift characters.
        guard members[key] == nil else { throw UsageError("not TOML: the key '\(key)' twice") }
        members[key] =
          try table[key].map { (value) throws(UsageError) in try Self.value(value) } ?? .null
      }
      return .object(members)
    }
    if let list = value.array {
      return .array(try list.map { (element) throws(UsageError) in try Self.value(element) })
    }
    if let integer = value.int { return .integer(integer) }
    if let number = value.double { return .number(number) }
    if let bool = value.bool { return .bool(bool) }
    return .string(value.string ?? value.debugDescription)
  }
}

extension Tree {
  /// Decodes a value of which every key must be known, and says of what is wrong its key and what it must be.
  ///
  /// - Parameters:
  ///   - type: What to decode.
  ///   - template: Such a value with every key there is.
  ///   - choices: The texts that a key accepts, where it does not accept any.
  /// - Returns: The value.
  /// - Throws: ``UsageError``.
  package func decoded<Value: Decodable>(
    _ type: Value.Type, like template: Tree? = nil, choices: [String: [String]] = [:]
  ) throws(UsageError) -> Value {
    if let template, let (path, allowed) = unknownKey(in: template) {
      throw UsageError(
        "unknown key '\(path.joined(separator: "."))'",
        hint: Suggestion.text(for: path.last ?? "", among: allowed, what: "allowed here"))
    }
    let whole = Dictionary(uniqueKeysWithValues: template?.leaves.map { ($0.key, $0.value) } ?? [])
    for (key, value) in leaves {
      // A decoder says of such a number only that the text is not JSON.
      if case .number(let number) = value, case .integer = whole[key] {
        throw UsageError("\(key) = \(number): it must be a whole number")
      }
      let name = key.split(separator: ".").last.map(String.init) ?? key
      if let allowed = choices[name], let text = value.string, !allowed.contains(text) {
        throw UsageError("\(key) = '\(text)': it must be \(allowed.joined(separator: " or "))")
      }
    }
    do {
      return try JSON.decoded(type, from: Array(try JSON.line(self).utf8))
    } catch let error as DecodingError {
      throw explained(error)
    } catch {
      throw UsageError("\(error)")
    }
  }

  private func explained(_ error: DecodingError) -> UsageError {
    func name(_ path: [any CodingKey]) -> String { JSON.path(path) }
    switch error {
    case .keyNotFound(let key, let context):
      let path = context.codingPath
      let isThere = path.last?.stringValue == key.stringValue
      return UsageError("the key '\(name(isThere ? path : path + [key]))' is missing")
    case .typeMismatch(let type, let context), .valueNotFound(let type, let context):
      let found = self[context.codingPath.map(\.stringValue)]
      let text = found.flatMap { try? JSON.line($0) } ?? "missing"
      return UsageError("\(name(context.codingPath)) = \(text): it must be \(Self.kind(of: type))")
    case .dataCorrupted(let context) where context.codingPath.isEmpty:
      return UsageError("a number is not whole, or too large")
    case .dataCorrupted(let context):
      return UsageError("\(name(context.codingPath)): \(context.debugDescription)")
    @unknown default:
      return UsageError("\(error)")
    }
  }

  private static func kind(of type: any Any.Type) -> String {
    switch type {
    case is any BinaryInteger.Type: "a whole number"
    case is any BinaryFloatingPoint.Type: "a number"
    case is String.Type: "a text in quotes"
    case is Bool.Type: "true or false"
    case is any Collection.Type where !(type is any KeyedCollection.Type): "a list in brackets"
    default: "a table"
    }
  }
}

/// What a decoder asks for when a table is due.
private protocol KeyedCollection {}
extension Dictionary: KeyedCollection {}

/// Reads a file of TOML text into a value; every error names the file.
///
/// - Parameters:
///   - url: The file.
///   - hint: What to do when it cannot be used, unless an error knows better.
///   - decode: Makes a value of what is in it.
/// - Returns: What `decode` returned.
/// - Throws: ``DataError`` for a file that cannot be read or is no text, ``UsageError`` for its content.
package func readTOML<Value>(
  _ url: URL, hint: String, _ decode: (_ text: String) throws(UsageError) -> Value
) throws -> Value {
  let bytes = try Files.read(url, hint: hint)
  guard let text = String(validating: bytes, as: UTF8.self) else {
    throw DataError.badData(path: url.path, reason: "not UTF-8", hint: hint)
  }
  do {
    return try decode(text)
  } catch {
    throw UsageError("\(url.relativePath): \(error.message)", hint: error.hint ?? hint)
  }
}
