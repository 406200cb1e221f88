import Foundation
import NanoGPT

extension Corpus {
  /// The King James Bible, as Debian's package `bible-kjv` prints it; in the public domain.
  ///
  /// A document is a chapter, a line of it a verse without its reference.
  ///
  /// - Throws: `DataError` of kind `missingInput` without the program, of kind `badData` when it
  ///   prints another text.
  public static func kingJames() throws(DataError) -> Corpus {
    try kingJames(searchPath: ProcessInfo.processInfo.environment["PATH"] ?? "")
  }

  /// Runs the program, which is looked for in the directories of `searchPath`.
  package static func kingJames(searchPath: String) throws(DataError) -> Corpus {
    guard let program = Program.file(of: "bible", in: searchPath) else {
      throw .missingInput(path: "bible", reason: "no such program in PATH", hint: installHint)
    }
    let printed = try Program.output(ofFile: program, ["-f", "gen1:1-rev22:21"], hint: installHint)
    return try kingJames(printed: String(decoding: printed, as: UTF8.self))
  }

  /// Returns the corpus in what the program printed.
  package static func kingJames(printed: String) throws(DataError) -> Corpus {
    let corpus = Corpus(name: "kjv", documents: try chapters(printed: printed))
    guard corpus.sha256 == kingJamesSHA256 else {
      throw .badData(
        path: "bible",
        reason: "its text has SHA-256 \(corpus.sha256) instead of \(kingJamesSHA256)",
        hint: "install bible-kjv 4.38, or prepare another text file")
    }
    return corpus
  }

  /// SHA-256 of the text of `bible-kjv` 4.38.
  public static let kingJamesSHA256 =
    "82a24e4e23c644fe579ed387b20e54eb529cc0a87a25e0810064edb2216780c2"

  private static let installHint =
    "`apt-get install bible-kjv` brings it on Debian and Ubuntu; elsewhere take `--track micro` or `prepare --text FILE`"

  /// The chapters in what the program printed, each a document.
  private static func chapters(printed: String) throws(DataError) -> [String] {
    var chapters: [(name: Substring, verses: [Substring])] = []
    for line in printed.split(separator: "\n") {
      guard let colon = line.firstIndex(of: ":"), let space = line.firstIndex(of: " "),
        colon < space
      else {
        throw .badData(
          path: "bible", reason: "printed a line without a verse reference: \(line.prefix(40))",
          hint: installHint)
      }
      let name = line[..<colon]
      if chapters.last?.name != name { chapters.append((name, [])) }
      chapters[chapters.count - 1].verses.append(line[line.index(after: space)...])
    }
    return chapters.map { $0.verses.joined(separator: "\n") }
  }
}
