/// Refuses TOML text at which the parser would end the program, or take its time.
///
/// toml++, inside TOMLKit 0.6.0, asserts where it should refuse. It aborts at a table header without a name, such as
/// `[;]`, at a time that breaks off, such as `1979-05-27T;`, and at a list that ends like a table, `[}`. A package cannot
/// set the defines of another. Nor would the parser be better without assertions: under `NDEBUG` they turn into
/// assumptions, and what the compiler assumes wrongly is undefined. So these texts do not get that far. Names of tables
/// must begin like names, brackets must end what they began, and what is no text, list or table must be a number or a
/// truth value. What is left is the parser's to accept or to refuse, which `Scripts/fuzz` has tried.
///
/// The scanner knows as much of TOML as it takes to tell names from values. It agrees with the parser on every text that the
/// parser accepts, and on the part of any other before the first mistake.
struct TOMLGuard {
  /// The parser is quadratic in the number of tables, and its stack grows with parts of names and with brackets.
  ///
  /// These are far above what any file has: the plans in `results/sweeps` have 6 KB, 5 parts and 3 brackets.
  private static let (mostBytes, mostParts, mostBrackets) = (1 << 16, 16, 16)

  private let bytes: [UInt8]
  private var index = 0
  private var line = 1
  /// The brackets of a value that are open, `[` and `{`.
  private var brackets: [UInt8] = []
  /// Whether an equals sign came before, on this line or inside these braces.
  private var isAfterEquals = false
  /// The dots in the name so far.
  private var dots = 0
  /// Whether nothing but blanks came before on this line, outside of any value.
  private var isAtStart = true

  /// Throws ``UsageError`` unless the text can be handed to the parser.
  static func check(_ text: String) throws(UsageError) {
    var scanner = TOMLGuard(bytes: Array(text.utf8))
    guard scanner.bytes.count <= mostBytes else {
      throw UsageError("\(scanner.bytes.count) bytes of TOML, \(mostBytes) at most")
    }
    // The parser's text ends at a NUL, and so does a name or a value with one in it.
    guard !scanner.bytes.contains(0) else { throw UsageError("not TOML: a NUL character") }
    if scanner.bytes.starts(with: [0xEF, 0xBB, 0xBF]) { scanner.index = 3 }
    while scanner.index < scanner.bytes.count { try scanner.step() }
  }

  private init(bytes: [UInt8]) { self.bytes = bytes }

  private func byte(at index: Int) -> UInt8? { index < bytes.count ? bytes[index] : nil }

  private func problem(_ text: String) -> UsageError {
    UsageError("not TOML: \(text), at line \(line)")
  }

  private var isInValue: Bool { brackets.last == UInt8(ascii: "[") || isAfterEquals }

  /// Passes a character, a string, a number, a comment or the start of a table header.
  private mutating func step() throws(UsageError) {
    let byte = bytes[index]
    let wasAtStart = isAtStart
    isAtStart = false
    switch byte {
    case UInt8(ascii: "\n"):
      (line, dots) = (line + 1, 0)
      if brackets.isEmpty { (isAtStart, isAfterEquals) = (true, false) }
    case UInt8(ascii: " "), UInt8(ascii: "\t"), UInt8(ascii: "\r"): isAtStart = wasAtStart
    case UInt8(ascii: "#"):
      while let next = self.byte(at: index + 1), next != UInt8(ascii: "\n") { index += 1 }
    case UInt8(ascii: "\""), UInt8(ascii: "'"): return try passString(byte)
    case UInt8(ascii: "[") where wasAtStart: try passHeader()
    case UInt8(ascii: "["), UInt8(ascii: "{"):
      brackets.append(byte)
      (dots, isAfterEquals) = (0, false)
      if brackets.count > Self.mostBrackets {
        throw problem("more than \(Self.mostBrackets) brackets inside each other")
      }
    case UInt8(ascii: "]"), UInt8(ascii: "}"): try passEnd(byte)
    case UInt8(ascii: "="): isAfterEquals = true
    case UInt8(ascii: ","): (dots, isAfterEquals) = (0, false)
    case _ where isInValue: return try passNumber()
    case UInt8(ascii: "."):
      dots += 1
      if dots >= Self.mostParts {
        throw problem("a name of more than \(Self.mostParts) parts")
      }
    default: break
    }
    index += 1
  }

  /// Ends a list or a table in braces; outside of any value, the name of a table.
  private mutating func passEnd(_ byte: UInt8) throws(UsageError) {
    let start = byte == UInt8(ascii: "]") ? UInt8(ascii: "[") : UInt8(ascii: "{")
    guard brackets.isEmpty ? !isAfterEquals : brackets.last == start else {
      throw problem("a '\(Character(Unicode.Scalar(byte)))' that ends nothing")
    }
    // What encloses it is a list, or came after an equals sign.
    isAfterEquals = brackets.popLast() != nil
  }

  /// Passes a number or a truth value.
  private mutating func passNumber() throws(UsageError) {
    let end = bytes[index...].firstIndex { Self.ends.contains($0) } ?? bytes.count
    let text = bytes[index..<end]
    guard PlainValue.isOne(text) else {
      let start = String(decoding: text, as: UTF8.self).prefix(40)
      throw problem("'\(start)' is neither a number nor a text in quotes")
    }
    index = end
  }

  private static let ends = Set(" \t\r\n#,=[]{}\"'".utf8)

  /// Passes `[` or `[[`, which a key must follow.
  private mutating func passHeader() throws(UsageError) {
    dots = 0
    if byte(at: index + 1) == UInt8(ascii: "[") { index += 1 }
    var next = index + 1
    while let blank = byte(at: next), blank == UInt8(ascii: " ") || blank == UInt8(ascii: "\t") {
      next += 1
    }
    let isKey = byte(at: next).map { key in
      switch key {
      case UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "a")...UInt8(ascii: "z"),
        UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "_"),
        UInt8(ascii: "\""), UInt8(ascii: "'"):
        true
      default: false
      }
    }
    guard isKey == true else { throw problem("a table header without a name") }
  }

  /// Passes a string in one or three quotes; one that does not end is left to the parser.
  private mutating func passString(_ quote: UInt8) throws(UsageError) {
    let isLong = byte(at: index + 1) == quote && byte(at: index + 2) == quote
    index += isLong ? 3 : 1
    while let byte = byte(at: index) {
      index += 1
      switch byte {
      case UInt8(ascii: "\\") where quote == UInt8(ascii: "\""):
        try passEscape()
      case UInt8(ascii: "\n"):
        line += 1
        if !isLong { return }
      case quote where !isLong: return
      case quote where self.byte(at: index) == quote && self.byte(at: index + 1) == quote:
        index += 2
        // Up to two quotes may stand before the three that end it.
        for _ in 0..<2 where self.byte(at: index) == quote { index += 1 }
        return
      default: break
      }
    }
  }

  /// Passes what follows a backslash, one character at least.
  private mutating func passEscape() throws(UsageError) {
    let digits =
      switch byte(at: index) {
      case UInt8(ascii: "u"): 4
      case UInt8(ascii: "U"): 8
      default: 0
      }
    let code = bytes.dropFirst(index + 1).prefix(digits)
    if digits > 0, code.count == digits, code.allSatisfy({ $0 == UInt8(ascii: "0") }) {
      throw problem("a NUL character")
    }
    if byte(at: index) == UInt8(ascii: "\n") { line += 1 }
    index += 1
  }
}
