import Crypto
import Foundation

/// Documents divided into those to train on and those to validate on.
///
/// A document's own text decides, never its place: when the first eight bytes of its SHA-256, read
/// as a big-endian number, are a multiple of ten, it is for validation. Where that leaves a part
/// empty, the documents with the smallest hash are for validation, and all others for training.
package struct DocumentSplit {
  /// The documents to train on, shuffled once and for all.
  package let train: [String]
  /// The documents to validate on, in the order of the source.
  package let validation: [String]

  /// Divides `documents`; nil if they are all the same.
  package init?(_ documents: [String]) {
    let hashes = documents.map(Self.hash)
    var isValidation = hashes.map { $0.isMultiple(of: 10) }
    if !isValidation.contains(true) || !isValidation.contains(false) {
      let smallest = hashes.min()
      isValidation = hashes.map { $0 == smallest }
    }
    guard isValidation.contains(true), isValidation.contains(false) else { return nil }
    let marked = zip(documents, isValidation)
    let train = marked.filter { !$0.1 }.map(\.0)
    self.train = seededPermutation(of: train.count, seed: 0).map { train[$0] }
    self.validation = marked.filter(\.1).map(\.0)
  }

  private static func hash(of document: String) -> UInt64 {
    SHA256.hash(data: Data(document.utf8)).prefix(8).reduce(0) { $0 << 8 | UInt64($1) }
  }
}
