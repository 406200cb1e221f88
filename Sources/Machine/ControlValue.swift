/// What `sysctl` returns is bytes; these are the two forms that are read here.
package enum ControlValue {
  /// Text, with or without a zero at its end; nil when it is empty.
  package static func text(_ bytes: [UInt8]) -> String? {
    let text = String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
    return text.isEmpty ? nil : text
  }

  /// A whole number of four or eight bytes, the least significant first; nil of any other length.
  package static func number(_ bytes: [UInt8]) -> Int? {
    switch bytes.count {
    case 4: Int(Int32(truncatingIfNeeded: joined(bytes)))
    case 8: Int(truncatingIfNeeded: joined(bytes))
    default: nil
    }
  }

  private static func joined(_ bytes: [UInt8]) -> UInt64 {
    bytes.reversed().reduce(0) { $0 << 8 | UInt64($1) }
  }
}
