import Foundation

/// The prepared images a run reads, checked before anything is trained.
public struct PreparedImages: TrainingData {
  /// Where they lie.
  public let directory: URL
  /// What `prepare` said about the files.
  public let manifest: ImageManifest
  /// The images to train on.
  public let train: ImageShard
  /// The images to validate on.
  public let validation: ImageShard

  /// Reads the files in `directory` and checks them against what a track asks for.
  ///
  /// - Parameters:
  ///   - directory: Where they were prepared.
  ///   - demand: The vocabulary is the number of classes, the text the images.
  ///   - extents: The extents of the images that the model takes.
  /// - Throws: ``DataError`` when a file is missing, or is not what it should be.
  public init(
    in directory: URL, for demand: PreparedData.Demand, extents: LabelledImages.Extents
  ) throws(DataError) {
    let manifest = try ImageManifest(in: directory)
    func refusal(_ reason: String) -> DataError {
      .badData(
        path: directory.path, reason: reason,
        hint: "remove the directory and run `speedrun prepare --corpus \(demand.corpus)`")
    }
    if let expected = demand.textSHA256, manifest.imagesSHA256 != expected {
      throw refusal(
        "its images have SHA-256 \(manifest.imagesSHA256), track \(demand.track) wants \(expected)")
    }
    guard manifest.classes == demand.vocabulary, manifest.extents == extents else {
      throw refusal(
        "images of \(manifest.extents.height) x \(manifest.extents.width) x "
          + "\(manifest.extents.channels) in \(manifest.classes) classes, track \(demand.track) has "
          + "\(extents.height) x \(extents.width) x \(extents.channels) in \(demand.vocabulary)")
    }
    func shard(_ split: Manifest.Split) throws(DataError) -> ImageShard {
      guard let described = manifest.shards.first(where: { $0.split == split }) else {
        throw refusal("its manifest names no \(split) shard")
      }
      let shard = try ImageShard(contentsOf: directory.appendingPathComponent(described.file))
      guard shard.sha256 == described.sha256, shard.images.count > 0,
        shard.images.extents == extents, shard.images.classes == manifest.classes
      else { throw refusal("\(described.file) is not the file that its manifest describes") }
      return shard
    }
    (self.directory, self.manifest) = (directory, manifest)
    (train, validation) = (try shard(.train), try shard(.validation))
  }

  /// The files with the images.
  public var files: [DataFile] {
    [(train, Manifest.Split.train), (validation, .validation)].map { shard, split in
      DataFile(url: shard.url, split: split, sha256: shard.sha256, count: shard.images.count)
    }
  }
}
