import Foundation

/// What prepared images consist of: the `manifest.json` in their directory.
public struct ImageManifest: Codable, Hashable, Sendable {
  /// A file of images.
  public struct Shard: Codable, Hashable, Sendable {
    /// File name, relative to the manifest.
    public let file: String
    /// What it is for.
    public let split: Manifest.Split
    /// SHA-256 of the file.
    public let sha256: String
    /// How many images it holds.
    public let images: Int
  }

  /// The version of this description.
  public let version: Int
  /// The name of the corpus.
  public let corpus: String
  /// SHA-256 of all images.
  public let imagesSHA256: String
  /// The number of classes.
  public let classes: Int
  /// The extents of every image.
  public let extents: LabelledImages.Extents
  /// One to train on, and one to validate on.
  public let shards: [Shard]

  enum CodingKeys: String, CodingKey {
    case version, corpus, classes, extents, shards
    case imagesSHA256 = "images_sha256"
  }

  /// The version this program writes and reads.
  static let currentVersion = 1

  /// Reads the manifest in `directory`.
  ///
  /// - Throws: ``DataError`` of kind `missingInput` when nothing was prepared there, of kind `badData` when it is not a
  ///   manifest of images.
  public init(in directory: URL) throws(DataError) {
    let url = directory.appendingPathComponent(Manifest.fileName)
    let bytes = try Files.read(url, hint: Self.hint)
    guard let manifest = try? JSONDecoder().decode(Self.self, from: Data(bytes)),
      manifest.version == Self.currentVersion
    else {
      throw .badData(path: url.path, reason: "not the manifest of images", hint: Self.hint)
    }
    self = manifest
  }

  /// Whether the manifest in a directory, of whatever kind, is one of images.
  package static func exists(in directory: URL) -> Bool { (try? Self(in: directory)) != nil }

  /// Describes shards.
  init(of corpus: ImageCorpus, shards: [Shard]) {
    (version, self.corpus, imagesSHA256) = (Self.currentVersion, corpus.name, corpus.sha256)
    (classes, extents, self.shards) = (corpus.train.classes, corpus.train.extents, shards)
  }

  /// The content of the manifest's file.
  func serialized() throws -> [UInt8] {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
    return Array(try encoder.encode(self) + Data("\n".utf8))
  }

  private static let hint = "prepare the images with `speedrun prepare`"
}
