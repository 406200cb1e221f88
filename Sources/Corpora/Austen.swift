import Foundation
import NanoGPT

/// The six novels of Jane Austen, as Debian's package `r-cran-janeaustenr` 1.0.0 holds them; in the public domain.
package enum Austen {
  /// The chapters of all novels, in the order of the package.
  ///
  /// - Throws: `DataError` without the package's file, or for bytes that are not its contents.
  static func chapters() throws(DataError) -> [String] {
    let file = try SourceFiles.find(
      "usr/lib/R/site-library/janeaustenr/data/Rdata.rdb", of: "janeaustenr")
    let bytes = try Files.read(file, hint: SourceFiles.hint)
    guard let novels = novels(in: bytes) else {
      throw .badData(
        path: file.path, reason: "not the novels of Jane Austen", hint: SourceFiles.hint)
    }
    return novels.flatMap(chapters)
  }

  /// The chapters of a novel, with its title as one of them.
  package static func chapters(of novel: [String]) -> [String] {
    documents(in: novel) { begins($0, with: "chapter") || begins($0, with: "volume") }
  }

  /// The lines of each novel in R's file of lazily loaded data; nil for other bytes.
  ///
  /// Such a file is one item after the other: its length as a big-endian number, and a stream of zlib. An item is a
  /// character vector in R's serialization, version 3, in XDR: a header of 14 bytes, the name of an encoding, and the
  /// vector. See the section on serialization formats in "R Internals".
  package static func novels(in bytes: [UInt8]) -> [[String]]? {
    var novels: [[String]] = []
    var rest = bytes[...]
    while !rest.isEmpty {
      guard let item = Inflate.stream(in: rest.dropFirst(4)),
        let lines = Serialization(item.contents).characterVector()
      else { return nil }
      novels.append(lines)
      rest = rest.dropFirst(4 + item.length)
    }
    return novels
  }

  /// Reads R's serialization from its start.
  private struct Serialization {
    private var bytes: ArraySlice<UInt8>

    init(_ bytes: [UInt8]) { self.bytes = bytes[...] }

    /// The strings of a character vector that is all there is; nil for anything else.
    consuming func characterVector() -> [String]? {
      // "X\n" for XDR, then the version 3, the version of R that wrote it, and the oldest that reads it.
      guard text(2) == "X\n", integer() == 3, integer() != nil, integer() != nil,
        let length = integer(), text(length) != nil, integer() == 16, let count = integer()
      else { return nil }
      var strings: [String] = []
      for _ in 0..<count {
        // The lowest byte of the flags is the type: 9 for a string.
        guard let flags = integer(), flags & 0xFF == 9, let length = integer(),
          let string = text(length)
        else { return nil }
        strings.append(string)
      }
      return bytes.isEmpty ? strings : nil
    }

    private mutating func integer() -> Int? {
      guard bytes.count >= 4 else { return nil }
      defer { bytes = bytes.dropFirst(4) }
      return bytes.prefix(4).reduce(0) { $0 << 8 | Int($1) }
    }

    private mutating func text(_ count: Int) -> String? {
      guard count <= bytes.count else { return nil }
      defer { bytes = bytes.dropFirst(count) }
      return String(validating: bytes.prefix(count), as: UTF8.self)
    }
  }
}
