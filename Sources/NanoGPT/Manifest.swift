import Foundation

/// What a prepared corpus consists of: the `manifest.json` in its directory.
public struct Manifest: Codable, Hashable, Sendable {
  /// The part of a corpus a model trains on, or the part it is judged on.
  public enum Split: String, Codable, Sendable {
    /// About nine documents in ten.
    case train
    /// About one document in ten, chosen by a hash of its text.
    case validation
  }

  /// A shard of tokens.
  public struct Shard: Codable, Hashable, Sendable {
    /// File name, relative to the manifest.
    public let file: String
    /// What it is for.
    public let split: Split
    /// SHA-256 of the file.
    public let sha256: String
    /// How many tokens it holds.
    public let tokens: Int
  }

  /// Documents, bytes of text and tokens of one split.
  public struct Size: Codable, Hashable, Sendable {
    /// The number of documents.
    public let documents: Int
    /// The bytes of their texts.
    public let bytes: Int
    /// The tokens of their texts, one `endOfText` per document included.
    public let tokens: Int
  }

  /// The version of this description; a prepared corpus of another version is prepared anew.
  public let version: Int
  /// The name of the corpus.
  public let corpus: String
  /// SHA-256 of its text.
  public let textSHA256: String
  /// The bytes of its text.
  public let textBytes: Int
  /// The number of tokens in the vocabulary, `endOfText` included.
  public let vocabulary: Int
  /// SHA-256 of `tokenizer.json`.
  public let tokenizerSHA256: String
  /// The training part.
  public let train: Size
  /// The validation part.
  public let validation: Size
  /// The shards, in the order to read them.
  public let shards: [Shard]
  /// The least mean loss any model can reach, in nats per token, where it is known.
  public let entropyRate: Double?
  /// The version of Unicode by which text was split into letters, numbers and the rest; nil in older manifests.
  public let unicode: String?

  enum CodingKeys: String, CodingKey {
    case version, corpus, vocabulary, train, validation, shards
    case textSHA256 = "text_sha256"
    case textBytes = "text_bytes"
    case tokenizerSHA256 = "tokenizer_sha256"
    case entropyRate = "entropy_rate"
    case unicode
  }
}

extension Manifest {
  /// The name of the manifest's file.
  public static let fileName = "manifest.json"

  /// The name of the tokenizer's file.
  public static let tokenizerFileName = "tokenizer.json"

  /// The version of Unicode that this program knows: that of the newest character it knows, of one for each version.
  static let unicodeVersion: String = {
    let newest: [Unicode.Scalar] = ["\u{1FAE0}", "\u{1FAE8}", "\u{2FFC}", "\u{1FAE9}", "\u{1FACD}"]
    let ages = newest.compactMap(\.properties.age).map { ($0.major, $0.minor) }
    let age = ages.max { $0 < $1 } ?? (13, 0)
    return "\(age.0).\(age.1)"
  }()

  /// The version this program writes.
  static let currentVersion = 2

  /// Reads the manifest in `directory`.
  ///
  /// - Parameter directory: Where a corpus was prepared.
  /// - Throws: ``DataError`` of kind `missingInput` when nothing was prepared there, of kind
  ///   `badData` when it is not a manifest.
  public init(in directory: URL) throws(DataError) {
    let url = directory.appendingPathComponent(Self.fileName)
    try self.init(try Files.read(url, hint: Self.hint), path: url.path)
  }

  /// Reads the content of the manifest at `path`.
  package init(_ bytes: [UInt8], path: String) throws(DataError) {
    let decoder = JSONDecoder()
    // The version first: the fields of another version may have other names.
    let found = try? decoder.decode(Version.self, from: Data(bytes)).version
    if let found, found != Self.currentVersion {
      throw .badData(
        path: path, reason: "manifest version \(found) is not \(Self.currentVersion)",
        hint: Self.hint)
    }
    do {
      self = try decoder.decode(Manifest.self, from: Data(bytes))
    } catch {
      throw .badData(path: path, reason: "not a manifest of the known form", hint: Self.hint)
    }
  }

  /// The content of the manifest's file.
  func serialized() throws -> Data {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
    return try encoder.encode(self) + Data("\n".utf8)
  }

  /// Writes `manifest.json` to a directory that is to be at `place`.
  func write(to directory: URL, for place: URL) throws(DataError) {
    var bytes: [UInt8] = []
    try Files.writing(to: place.appendingPathComponent(Self.fileName)) {
      bytes = Array(try serialized())
    }
    try Files.write(bytes, as: Self.fileName, in: directory, for: place)
  }

  /// Returns where the shards of `split` lie in `directory`, where the corpus was prepared.
  public func shards(_ split: Split, in directory: URL) -> [URL] {
    shards.filter { $0.split == split }.map { directory.appendingPathComponent($0.file) }
  }

  /// Checks that the tokenizer and every shard are the files the manifest describes.
  ///
  /// - Parameter directory: Where the corpus was prepared.
  /// - Throws: ``DataError`` of kind `missingInput` or `badData` naming the first file that is
  ///   missing or different.
  public func verify(in directory: URL) throws(DataError) {
    let files = [(Self.tokenizerFileName, tokenizerSHA256)] + shards.map { ($0.file, $0.sha256) }
    for (file, expected) in files {
      let url = directory.appendingPathComponent(file)
      let found = try Files.sha256(of: url, hint: Self.hint)
      guard found == expected else {
        throw .badData(
          path: url.path, reason: "SHA-256 is \(found), the manifest says \(expected)",
          hint: "remove the file, and \(Self.hint)")
      }
    }
  }

  private static let hint = "prepare the corpus again"

  private struct Version: Decodable {
    let version: Int
  }
}
