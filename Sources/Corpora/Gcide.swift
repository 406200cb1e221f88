import Foundation
import NanoGPT

extension Corpus {
  /// The GNU Collaborative International Dictionary of English, as Debian's package `dict-gcide` 0.48.5 holds it; under
  /// the GNU General Public License.
  ///
  /// A document is an entry.
  ///
  /// - Throws: `DataError` of kind `missingInput` without the package, of kind `badData` when it holds another text.
  public static func gcide() throws(DataError) -> Corpus {
    let file = try SourceFiles.find("usr/share/dictd/gcide.dict.dz", of: "dict-gcide")
    let bytes = try Files.read(file, hint: SourceFiles.hint)
    guard let text = Inflate.stream(in: bytes[...])?.contents else {
      throw .badData(path: file.path, reason: "not compressed by dictzip", hint: SourceFiles.hint)
    }
    return try SourceFiles.checked(
      Corpus(name: "gcide", documents: entries(in: text)), against: gcideSHA256)
  }

  /// SHA-256 of that text.
  public static let gcideSHA256 = "2313523bd9214e330339c9a570d3fe2c4b160bd3f79d981f7a3c3db8f650c0b3"

  /// The entries: each begins at a line that is not indented, and its other lines are.
  ///
  /// Three bytes of the dictionary are of no encoding, and become U+FFFD.
  package static func entries(in text: [UInt8]) -> [String] {
    var entries: [[ArraySlice<UInt8>]] = []
    for line in text.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false) {
      if entries.isEmpty || line.first.map({ $0 != UInt8(ascii: " ") }) == true {
        entries.append([])
      }
      entries[entries.count - 1].append(line)
    }
    return entries.map { lines in
      let last = lines.lastIndex { !$0.isEmpty } ?? -1
      return String(
        decoding: Array(lines[...last].joined(separator: [UInt8(ascii: "\n")])), as: UTF8.self)
    }
    .filter { !$0.isEmpty }
  }
}
