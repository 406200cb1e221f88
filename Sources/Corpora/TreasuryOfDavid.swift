import NanoGPT

/// The Treasury of David, Charles Spurgeon's commentary on the Psalms, as Debian's package `sword-comm-tdavid` 2.1 holds
/// it; in the public domain.
package enum TreasuryOfDavid {
  /// What is said of each psalm, in the order of the book.
  ///
  /// - Throws: `DataError` without the program `mod2imp` or the book.
  static func entries() throws(DataError) -> [String] {
    let printed = try Program.output(of: "mod2imp", ["TDavid"], hint: SourceFiles.hint)
    return entries(printed: String(decoding: printed, as: UTF8.self))
  }

  /// The entries in what `mod2imp` prints: a line of `$$$` and a place, and then a line of text with tags.
  package static func entries(printed: String) -> [String] {
    printed.utf8.split(separator: newline).filter { !$0.starts(with: "$$$".utf8) }
      .map { text(of: Array($0)) }.filter { !$0.isEmpty }
  }

  /// The text without tags: those around words in italics and references leave nothing, all others end a line.
  private static func text(of line: [UInt8]) -> String {
    var text: [UInt8] = []
    var rest = line[...]
    while let start = rest.firstIndex(of: UInt8(ascii: "<")) {
      text += rest[..<start]
      let tag = rest[start...].dropFirst().drop { $0 == UInt8(ascii: "/") }
      if !tag.starts(with: "hi".utf8), !tag.starts(with: "reference".utf8) { text.append(newline) }
      let end = rest[start...].firstIndex(of: UInt8(ascii: ">")) ?? rest.endIndex - 1
      rest = rest[(end + 1)...]
    }
    text += rest
    let space = UInt8(ascii: " ")
    let lines = text.split(separator: newline).map { line in
      Array(line.split(separator: space).joined(separator: [space]))
    }
    return String(
      decoding: Array(lines.filter { !$0.isEmpty }.joined(separator: [newline])), as: UTF8.self
    )
    .replacing("&gt;", with: ">").replacing("&lt;", with: "<").replacing("&amp;", with: "&")
  }

  private static let newline = UInt8(ascii: "\n")
}
