extension Tree {
  /// An object as TOML, its keys in the order of their names; TOML has no null, so what is null is left out.
  ///
  ///     steps = 300
  ///
  ///     [recipes.adamw.adamw]
  ///     betas = [0.7, 0.99]
  ///
  /// By hand: TOMLKit writes 17 digits of every number, and never frees the tables it is given to write.
  package var toml: String {
    blocks(at: []).joined(separator: "\n\n") + "\n"
  }

  /// The values of an object below a header with its name, then the objects in it.
  private func blocks(at path: [String]) -> [String] {
    let members = (object ?? [:]).sorted { $0.key < $1.key }
    var lines = members.compactMap { key, value in
      value.object == nil ? value.tomlValue.map { "\(Self.tomlKey(key)) = \($0)" } : nil
    }
    let isEmpty = members.allSatisfy { $0.value == .null }
    if !path.isEmpty, !lines.isEmpty || isEmpty {
      lines.insert("[\(path.map(Self.tomlKey).joined(separator: "."))]", at: 0)
    }
    let own = lines.isEmpty ? [] : [lines.joined(separator: "\n")]
    return own
      + members.flatMap { key, value in
        value.object == nil ? [] : value.blocks(at: path + [key])
      }
  }

  /// A value on one line; nil for null.
  private var tomlValue: String? {
    switch self {
    case .object(let members):
      let inside = members.sorted { $0.key < $1.key }.compactMap { key, value in
        value.tomlValue.map { "\(Self.tomlKey(key)) = \($0)" }
      }
      return "{\(inside.joined(separator: ", "))}"
    case .array(let elements):
      return "[\(elements.compactMap(\.tomlValue).joined(separator: ", "))]"
    case .string(let text): return Self.quoted(text)
    case .integer(let integer): return "\(integer)"
    case .number(let number): return "\(number)"
    case .bool(let bool): return "\(bool)"
    case .null: return nil
    }
  }

  /// A key as it is, or in quotes where it is not made of letters, digits, `_` and `-` alone.
  private static func tomlKey(_ key: String) -> String {
    let isBare =
      !key.isEmpty
      && key.utf8.allSatisfy { byte in
        switch byte {
        case UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "a")...UInt8(ascii: "z"),
          UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"), UInt8(ascii: "-"):
          true
        default: false
        }
      }
    return isBare ? key : quoted(key)
  }

  private static func quoted(_ text: String) -> String {
    let inside = text.unicodeScalars.map { scalar in
      switch scalar {
      case "\"", "\\": "\\\(scalar)"
      case _ where scalar.value < 0x20 || scalar.value == 0x7F: "\\u\(hexadecimal(scalar.value))"
      default: String(scalar)
      }
    }
    return "\"\(inside.joined())\""
  }

  /// Four digits.
  private static func hexadecimal(_ value: UInt32) -> String {
    let digits = String(value, radix: 16)
    return String(repeating: "0", count: 4 - digits.count) + digits
  }
}
