import Foundation
import NanoGPT

extension Track {
  /// Makes this the track for the corpus prepared in `directory`, whichever that is.
  ///
  /// On another text or vocabulary the target means nothing, so there is none.
  mutating func adopt(corpusIn directory: URL) throws(DataError) {
    let manifest = try PreparedData.manifest(in: directory)
    if let manifest, manifest.corpus == corpus, manifest.vocabulary == vocabulary { return }
    if manifest?.corpus != corpus { textSHA256 = nil }
    corpus = manifest?.corpus ?? directory.standardizedFileURL.lastPathComponent
    name = corpus
    version = nil
    target = nil
    guard let manifest else { return }
    vocabulary = manifest.vocabulary
    let windows = (max(1, manifest.validation.tokens) - 1) / model.context
    valTokens = min(valTokens, max(1, windows) * model.context)
    if let problem {
      throw .badData(
        path: directory.appendingPathComponent(Manifest.fileName).path,
        reason: "no track can be made of it: \(problem)", hint: "prepare the corpus again")
    }
  }
}
