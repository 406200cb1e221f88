import Foundation

/// A file of labelled images.
///
/// A header of 256 little-endian 32-bit integers (`20261127`, `1`, the number of images N, height, width, channels,
/// classes, zeros), then N records: a byte for the class, then the pixels, row by row, a pixel's channels side by side.
public struct ImageShard: Sendable {
  /// Where the shard was read from.
  public let url: URL
  /// The images, in order.
  public let images: LabelledImages
  /// SHA-256 of the whole file, in lowercase hexadecimal.
  public let sha256: String

  /// Reads and checks the shard at `url`.
  ///
  /// - Throws: ``DataError`` of kind `missingInput` without the file, of kind `badData` when it is of another format, of
  ///   another length than its header says, or has a label that is no class.
  public init(contentsOf url: URL) throws(DataError) {
    try self.init(try Files.read(url, hint: Self.hint), at: url)
  }

  /// Checks the content of the shard at `url`.
  package init(_ bytes: [UInt8], at url: URL) throws(DataError) {
    func bad(_ reason: String) -> DataError {
      .badData(path: url.path, reason: reason, hint: Self.hint)
    }
    guard bytes.count >= Self.headerBytes else {
      throw bad("\(bytes.count) bytes are too short for a shard's header of \(Self.headerBytes)")
    }
    let header = (0..<7).map { Int(bytes.littleEndian(UInt32.self, at: 4 * $0)) }
    guard header[0] == Self.magic, header[1] == Self.version else {
      throw bad(
        "not a shard of images: it starts with \(header[0]), \(header[1]) instead of \(Self.magic), "
          + "\(Self.version)")
    }
    let extents = LabelledImages.Extents(height: header[3], width: header[4], channels: header[5])
    let limits = 1...1 << 12
    guard limits.contains(extents.height), limits.contains(extents.width),
      limits.contains(extents.channels), (1...LabelledImages.mostClasses).contains(header[6])
    else {
      throw bad(
        "images of \(extents.height) x \(extents.width) x \(extents.channels) bytes in \(header[6]) classes"
      )
    }
    let expected = Self.headerBytes + header[2] * (1 + extents.bytes)
    guard bytes.count == expected else {
      throw bad("\(bytes.count) bytes long, but its \(header[2]) images need \(expected)")
    }
    var images = LabelledImages(extents, classes: header[6])
    for start in stride(from: Self.headerBytes, to: bytes.count, by: 1 + extents.bytes) {
      guard Int(bytes[start]) < header[6] else {
        throw bad("image \(images.count) is of class \(bytes[start]), one of \(header[6])")
      }
      images.append(label: bytes[start], pixels: bytes[start + 1..<start + 1 + extents.bytes])
    }
    (self.url, self.images, sha256) = (url, images, SHA256.hexadecimal(bytes))
  }

  /// The bytes of the file that holds `images`.
  static func serialized(_ images: LabelledImages) -> [UInt8] {
    let extents = images.extents
    var bytes: [UInt8] = []
    let header = [
      magic, version, images.count, extents.height, extents.width, extents.channels, images.classes,
    ]
    for field in header { bytes.append(littleEndian: UInt32(field)) }
    bytes += Array(repeating: 0, count: headerBytes - bytes.count)
    for index in 0..<images.count { bytes += images.record(of: index) }
    return bytes
  }

  private static let headerBytes = 1024
  private static let magic = 2026_1127
  private static let version = 1
  private static let hint = "prepare the images again"
}
