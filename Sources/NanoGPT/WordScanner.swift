/// Cuts text into the words inside which byte pairs may merge: GPT-2's split pattern
/// `'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+`.
///
/// Scanned by hand, because a regular expression takes seconds for what this does in milliseconds.
/// Words follow each other without gaps. A byte that is not valid UTF-8 counts as a symbol, so any
/// bytes can be scanned.
struct WordScanner: Sequence, IteratorProtocol {
  private enum Kind {
    case letter, number, space, symbol
  }

  private let bytes: [UInt8]
  private let end: Int
  private var position: Int

  /// Creates a scanner of `range`, beyond which it does not look.
  init(_ bytes: [UInt8], in range: Range<Int>) {
    self.bytes = bytes
    self.end = range.upperBound
    self.position = range.lowerBound
  }

  /// Returns the next word as a range of the bytes.
  mutating func next() -> Range<Int>? {
    guard position < end else { return nil }
    let start = position
    position = endOfContraction(at: start) ?? endOfRun(at: start) ?? endOfSpaces(at: start)
    return start..<position
  }

  /// Matches `'s|'t|'re|'ve|'m|'ll|'d`.
  private func endOfContraction(at start: Int) -> Int? {
    guard bytes[start] == UInt8(ascii: "'"), start + 1 < end else { return nil }
    let second: UInt8
    switch bytes[start + 1] {
    case UInt8(ascii: "s"), UInt8(ascii: "t"), UInt8(ascii: "m"), UInt8(ascii: "d"):
      return start + 2
    case UInt8(ascii: "r"), UInt8(ascii: "v"): second = UInt8(ascii: "e")
    case UInt8(ascii: "l"): second = UInt8(ascii: "l")
    default: return nil
    }
    return start + 2 < end && bytes[start + 2] == second ? start + 3 : nil
  }

  /// Matches ` ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+`.
  private func endOfRun(at start: Int) -> Int? {
    let first = bytes[start] == UInt8(ascii: " ") ? start + 1 : start
    guard first < end else { return nil }
    let (kind, length) = character(at: first)
    guard kind != .space else { return nil }
    return endOfRun(of: kind, from: first + length).end
  }

  /// Matches `\s+(?!\S)|\s+`: all the spaces, but the last one is left to a word that follows.
  private func endOfSpaces(at start: Int) -> Int {
    let run = endOfRun(of: .space, from: start)
    return run.end == end || run.last == start ? run.end : run.last
  }

  /// Returns where the characters of `kind` that start at `start` end, and where the last one starts.
  private func endOfRun(of kind: Kind, from start: Int) -> (end: Int, last: Int) {
    var last = start
    var index = start
    while index < end {
      let (next, length) = character(at: index)
      guard next == kind else { break }
      last = index
      index += length
    }
    return (index, last)
  }

  private func character(at index: Int) -> (kind: Kind, length: Int) {
    let byte = bytes[index]
    switch byte {
    case 0x61...0x7A, 0x41...0x5A: return (.letter, 1)
    case 0x20, 0x09...0x0D: return (.space, 1)
    case 0x30...0x39: return (.number, 1)
    case 0x00...0x7F: return (.symbol, 1)
    default: return multibyteCharacter(at: index)
    }
  }

  private func multibyteCharacter(at index: Int) -> (kind: Kind, length: Int) {
    // No character is longer than four bytes, so this decodes one scalar, or repairs one error.
    var decoder = UTF8()
    var rest = bytes[index..<Swift.min(index + 4, end)].makeIterator()
    guard case .scalarValue(let scalar) = decoder.decode(&rest) else { return (.symbol, 1) }
    let length = UTF8.width(scalar)
    let properties = scalar.properties
    switch properties.generalCategory {
    case .uppercaseLetter, .lowercaseLetter, .titlecaseLetter, .modifierLetter, .otherLetter:
      return (.letter, length)
    case .decimalNumber, .letterNumber, .otherNumber: return (.number, length)
    default: return (properties.isWhitespace ? .space : .symbol, length)
    }
  }
}
