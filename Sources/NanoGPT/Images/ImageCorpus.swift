import Foundation

/// Images to train on and to validate on.
public struct ImageCorpus: Sendable {
  /// A short name, which names the directory it is prepared in.
  public let name: String
  /// The images to train on.
  public let train: LabelledImages
  /// The images to validate on.
  public let validation: LabelledImages
  /// SHA-256 of all images: extents and classes, then the training images, then the others, as shards have them.
  public let sha256: String

  /// Creates a corpus of images that somebody else has divided.
  public init(name: String, train: LabelledImages, validation: LabelledImages) {
    (self.name, self.train, self.validation) = (name, train, validation)
    sha256 = SHA256.hexadecimal(
      [train, validation].flatMap { ImageShard.serialized($0) })
  }

  /// Divides images by themselves, never by their places.
  ///
  /// When the first eight bytes of an image's SHA-256, pixels only, read as a big-endian number, are a multiple of five,
  /// it is for validation: one in five, because one in ten of few images would make an accuracy coarse. Both parts are
  /// in the order of their hashes, so that a part of either has all classes in it.
  public init(name: String, dividing images: LabelledImages) {
    let hashes = (0..<images.count).map { index in
      SHA256.hash(images.pixels(of: index)).prefix(8).reduce(0) { $0 << 8 | UInt64($1) }
    }
    let order = hashes.indices.sorted { (hashes[$0], $0) < (hashes[$1], $1) }
    self.init(
      name: name, train: images.selecting(order.filter { !hashes[$0].isMultiple(of: 5) }),
      validation: images.selecting(order.filter { hashes[$0].isMultiple(of: 5) }))
  }
}
