import Text

/// What keeps a text from being JSON, and where, in bytes from its start.
struct RawJSONError: Error {
  let problem: String
  let offset: Int

  /// In words.
  var text: String { "not JSON: \(problem), at byte \(offset + 1)" }
}

extension RawJSON {
  /// Reads a whole text: one value, blanks around it, and nothing else.
  init(_ bytes: [UInt8]) throws(RawJSONError) {
    var parser = Parser(bytes: bytes)
    self = try parser.value(depth: 0)
    parser.skipBlanks()
    guard parser.isAtEnd else { throw parser.error("something follows the value") }
  }

  private struct Parser {
    let bytes: [UInt8]
    private var position = 0

    init(bytes: [UInt8]) { self.bytes = bytes }

    var isAtEnd: Bool { position == bytes.count }

    func error(_ problem: String) -> RawJSONError {
      RawJSONError(problem: problem, offset: position)
    }

    mutating func skipBlanks() {
      while let next, [0x20, 0x09, 0x0A, 0x0D].contains(next) { position += 1 }
    }

    mutating func value(depth: Int) throws(RawJSONError) -> RawJSON {
      guard depth < 64 else { throw error("too many values in one another") }
      skipBlanks()
      switch next {
      case UInt8(ascii: "{"): return .object(try members(depth: depth))
      case UInt8(ascii: "["): return .array(try elements(depth: depth))
      case UInt8(ascii: "\""): return .token(try string())
      case nil: throw error("it ends too early")
      default: return .token(try word())
      }
    }

    private mutating func members(depth: Int) throws(RawJSONError) -> [(String, RawJSON)] {
      var members: [(String, RawJSON)] = []
      var keys: Set<String> = []
      position += 1
      skipBlanks()
      if take("}") { return members }
      repeat {
        skipBlanks()
        guard next == UInt8(ascii: "\"") else { throw error("a key is missing") }
        let key = try string()
        guard keys.insert(key).inserted else { throw error("the key \(key) is there twice") }
        skipBlanks()
        guard take(":") else { throw error("a colon is missing") }
        members.append((key, try value(depth: depth + 1)))
        skipBlanks()
      } while take(",")
      guard take("}") else { throw error("a comma or brace is missing") }
      return members
    }

    private mutating func elements(depth: Int) throws(RawJSONError) -> [RawJSON] {
      var elements: [RawJSON] = []
      position += 1
      skipBlanks()
      if take("]") { return elements }
      repeat {
        elements.append(try value(depth: depth + 1))
        skipBlanks()
      } while take(",")
      guard take("]") else { throw error("a comma or bracket is missing") }
      return elements
    }

    private mutating func string() throws(RawJSONError) -> String {
      let start = position
      position += 1
      while let byte = next, byte != UInt8(ascii: "\"") {
        guard byte >= 0x20 else { throw error("a line ends inside a text") }
        position += byte == UInt8(ascii: "\\") ? 2 : 1
      }
      guard position < bytes.count else { throw error("a text has no end") }
      position += 1
      return try text(from: start)
    }

    /// A number, `true`, `false` or `null`.
    private mutating func word() throws(RawJSONError) -> String {
      let start = position
      while let next, !Array(" \t\r\n,:{}[]\"".utf8).contains(next) { position += 1 }
      let word = try text(from: start)
      guard ["true", "false", "null"].contains(word) || Self.isNumber(bytes[start..<position])
      else {
        position = start
        throw error("'\(word)' is no value")
      }
      return word
    }

    /// Whether this is a number by RFC 8259, 6: `-0.5e3`, but not `01`, `.5`, `1.` or `0x10`.
    private static func isNumber(_ word: ArraySlice<UInt8>) -> Bool {
      var rest = word
      func starts(with characters: String) -> Bool {
        rest.first.map { Array(characters.utf8).contains($0) } ?? false
      }
      func dropDigits() -> Int {
        let digits = rest.prefix { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }
        rest = rest.dropFirst(digits.count)
        return digits.count
      }
      if starts(with: "-") { rest = rest.dropFirst() }
      let hasZero = starts(with: "0")
      let whole = dropDigits()
      guard whole == 1 || whole > 1 && !hasZero else { return false }
      if starts(with: ".") {
        rest = rest.dropFirst()
        guard dropDigits() > 0 else { return false }
      }
      if starts(with: "eE") {
        rest = rest.dropFirst()
        if starts(with: "+-") { rest = rest.dropFirst() }
        guard dropDigits() > 0 else { return false }
      }
      return rest.isEmpty
    }

    private func text(from start: Int) throws(RawJSONError) -> String {
      guard let text = String(validating: bytes[start..<position], as: UTF8.self) else {
        throw error("not UTF-8")
      }
      return text
    }

    private var next: UInt8? { position < bytes.count ? bytes[position] : nil }

    private mutating func take(_ character: Unicode.Scalar) -> Bool {
      guard next == UInt8(ascii: character) else { return false }
      position += 1
      return true
    }
  }
}
