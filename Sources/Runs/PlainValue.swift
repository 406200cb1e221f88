/// A value in TOML text without quotes and brackets, but for times: a truth value or a number.
///
///     true | false | [+-]? (inf | nan) | 0x[0-9A-Fa-f_]* | 0o[0-7_]* | 0b[01_]*
///     | [+-]? [0-9] [0-9_]* (. [0-9_]+)? ([eE] [+-]? [0-9_]+)?
///
/// By hand, because a regular expression is compiled anew for every number: that took most of the time of reading a file.
enum PlainValue {
  /// Whether bytes are such a value.
  static func isOne(_ bytes: ArraySlice<UInt8>) -> Bool {
    for (prefix, digits) in [("0x", "0123456789abcdefABCDEF_"), ("0o", "01234567_"), ("0b", "01_")]
    where bytes.starts(with: prefix.utf8) {
      return bytes.dropFirst(2).allSatisfy(digits.utf8.contains)
    }
    if isWord("true", bytes) || isWord("false", bytes) { return true }
    let number = withoutSign(bytes)
    return isWord("inf", number) || isWord("nan", number) || isDecimal(number)
  }

  private static func isWord(_ word: String, _ bytes: ArraySlice<UInt8>) -> Bool {
    bytes.elementsEqual(word.utf8)
  }

  private static func isDecimal(_ bytes: ArraySlice<UInt8>) -> Bool {
    guard bytes.first != UInt8(ascii: "_"), var rest = withoutDigits(bytes) else { return false }
    if rest.first == UInt8(ascii: ".") {
      guard let exponent = withoutDigits(rest.dropFirst()) else { return false }
      rest = exponent
    }
    guard let mark = rest.first else { return true }
    return (mark | 0x20) == UInt8(ascii: "e")
      && withoutDigits(withoutSign(rest.dropFirst()))?.isEmpty == true
  }

  private static func withoutSign(_ bytes: ArraySlice<UInt8>) -> ArraySlice<UInt8> {
    let hasSign = bytes.first == UInt8(ascii: "+") || bytes.first == UInt8(ascii: "-")
    return bytes.dropFirst(hasSign ? 1 : 0)
  }

  /// What follows one digit or several, of which an underscore is one; nil without any.
  private static func withoutDigits(_ bytes: ArraySlice<UInt8>) -> ArraySlice<UInt8>? {
    let rest = bytes.drop {
      (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) || $0 == UInt8(ascii: "_")
    }
    return rest.startIndex == bytes.startIndex ? nil : rest
  }
}
