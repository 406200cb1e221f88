import Foundation
import NanoGPT

/// Where the files of packages are that `Scripts/corpora` has fetched, or the system has installed.
package enum SourceFiles {
  /// What to do where a file is missing.
  static let hint = "run `./Scripts/corpora`, which fetches what corpora are made from"

  /// Finds a file or a directory of a package: among the packages that were unpacked in `data/sources`, or in the system.
  ///
  /// - Throws: `DataError` of kind `missingInput`.
  package static func find(_ path: String, of package: String) throws(DataError) -> URL {
    let places = ["data/sources/\(package)/\(path)", "/\(path)"]
    guard let place = places.first(where: FileManager.default.fileExists(atPath:)) else {
      throw .missingInput(
        path: places[0], reason: "nothing of the package \(package) is there", hint: hint)
    }
    return URL(fileURLWithPath: place)
  }

  /// Returns a corpus whose text is the one that its tracks were made for.
  ///
  /// - Throws: `DataError` of kind `badData` for another text.
  static func checked(_ corpus: Corpus, against sha256: String) throws(DataError) -> Corpus {
    guard corpus.sha256 == sha256 else {
      throw .badData(
        path: corpus.name, reason: "its text has SHA-256 \(corpus.sha256) instead of \(sha256)",
        hint: "install the versions of the packages that Scripts/corpora names")
    }
    return corpus
  }
}
