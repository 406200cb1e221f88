import Foundation

/// Turns images into what training reads: shards and a manifest.
public enum ImagePreparation {
  /// Prepares `corpus` in `directory`, unless that is already done; all files appear together or not at all.
  ///
  /// - Parameters:
  ///   - corpus: The images.
  ///   - directory: Created, or replaced when it holds other prepared data or nothing.
  ///   - progress: Is told, in a line each, what is done and how large it is.
  /// - Returns: The description of the files.
  /// - Throws: ``DataError`` of kind `badData` when one of the parts is empty; of kind `cannotWrite`, also when
  ///   `directory` holds something that was not prepared.
  @discardableResult
  public static func prepare(
    _ corpus: ImageCorpus, into directory: URL, progress: (String) -> Void = { _ in }
  ) throws(DataError) -> ImageManifest {
    if let manifest = intactManifest(of: corpus, in: directory) {
      progress("\(directory.path): \(corpus.name) is already prepared")
      return manifest
    }
    try CorpusFiles.checkReplaceable(directory)
    guard corpus.train.count > 0, corpus.validation.count > 0 else {
      throw .badData(
        path: corpus.name,
        reason:
          "\(corpus.train.count) images to train on, \(corpus.validation.count) to validate on",
        hint: "at least one of each is needed: use more images")
    }
    let extents = corpus.train.extents
    progress(
      "\(corpus.name): \(corpus.train.count) images to train on, \(corpus.validation.count) to "
        + "validate on, \(extents.height) x \(extents.width) pixels of \(extents.channels) bytes, "
        + "\(corpus.train.classes) classes")
    var files: [(name: String, bytes: [UInt8])] = []
    var shards: [ImageManifest.Shard] = []
    for (images, split, name) in [
      (corpus.train, Manifest.Split.train, "train"), (corpus.validation, .validation, "val"),
    ] {
      let bytes = ImageShard.serialized(images)
      files.append(("\(name)_000000.bin", bytes))
      shards.append(
        ImageManifest.Shard(
          file: files[files.count - 1].name, split: split, sha256: SHA256.hexadecimal(bytes),
          images: images.count))
    }
    let manifest = ImageManifest(of: corpus, shards: shards)
    try Files.writing(to: directory) {
      files.append((Manifest.fileName, try manifest.serialized()))
    }
    try CorpusFiles.replace(
      directory, unless: { intactManifest(of: corpus, in: directory) != nil },
      by: { partial throws(DataError) in
        for file in files {
          try Files.write(file.bytes, as: file.name, in: partial, for: directory)
        }
      })
    progress("\(directory.path): written \(files.map(\.name).joined(separator: ", "))")
    return manifest
  }

  /// The manifest in `directory` if it describes these very images and its files are intact.
  private static func intactManifest(of corpus: ImageCorpus, in directory: URL) -> ImageManifest? {
    guard let manifest = try? ImageManifest(in: directory),
      manifest.imagesSHA256 == corpus.sha256, manifest.corpus == corpus.name,
      manifest.shards.allSatisfy({ shard in
        let url = directory.appendingPathComponent(shard.file)
        return (try? Files.read(url, hint: "")).map(SHA256.hexadecimal) == shard.sha256
      })
    else { return nil }
    return manifest
  }
}
