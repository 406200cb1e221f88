import Foundation

/// The prepared files a run reads, whatever is in them.
public protocol TrainingData {
  /// Where they lie.
  var directory: URL { get }
  /// The files that hold what to train on and what to validate on, in the order in which they are read.
  var files: [DataFile] { get }
  /// What turns tokens into text; nil of images, and of bare shards that come without one.
  var tokenizer: BytePairTokenizer? { get }
  /// SHA-256 of the tokenizer's file; nil without one.
  var tokenizerSHA256: String? { get }
  /// The least mean loss any model can reach, in nats per token, where it is known.
  var entropyRate: Double? { get }
}

/// A file to train on or to validate on.
public struct DataFile: Hashable, Sendable {
  /// Where it lies.
  public let url: URL
  /// What it is for.
  public let split: Manifest.Split
  /// SHA-256 of the file.
  public let sha256: String
  /// The tokens or images in it.
  public let count: Int
}

extension TrainingData {
  /// None, by default.
  public var tokenizer: BytePairTokenizer? { nil }

  /// None, by default.
  public var tokenizerSHA256: String? { nil }

  /// Unknown, by default.
  public var entropyRate: Double? { nil }

  /// Where the tokenizer lies.
  public var tokenizerURL: URL { directory.appendingPathComponent(Manifest.tokenizerFileName) }

  /// The number of tokens, or images, to train on.
  public var trainingCount: Int {
    files.reduce(0) { $0 + ($1.split == .train ? $1.count : 0) }
  }

  /// The names of the shards, and what each is for, in a line.
  package var shardsText: String {
    func names(_ split: Manifest.Split) -> String {
      let names = files.filter { $0.split == split }.map(\.url.lastPathComponent)
      return names.count <= 2
        ? names.joined(separator: " and ")
        : "\(names[0]) to \(names[names.count - 1]) (\(names.count))"
    }
    return
      "trained on \(names(.train)), judged on \(names(.validation)) in \(directory.relativePath)"
  }
}
