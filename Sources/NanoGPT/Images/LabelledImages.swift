import Autograd

/// Images of one size, each with its class.
public struct LabelledImages: Hashable, Sendable {
  /// The extents of every image.
  public struct Extents: Codable, Hashable, Sendable {
    /// The rows of pixels.
    public var height: Int
    /// The columns of pixels.
    public var width: Int
    /// The bytes of a pixel.
    public var channels: Int

    /// Creates extents.
    public init(height: Int, width: Int, channels: Int) {
      (self.height, self.width, self.channels) = (height, width, channels)
    }

    /// The bytes of an image.
    public var bytes: Int { height * width * channels }
  }

  /// The extents of every image.
  public let extents: Extents
  /// The number of classes; a label is below it.
  public let classes: Int
  /// The class of each image.
  public private(set) var labels: [UInt8] = []
  /// The pixels of all images, one after the other, each row by row, a pixel's channels side by side.
  package private(set) var pixels: [UInt8] = []

  /// A label is a byte.
  static let mostClasses = 256

  /// Creates an empty set.
  public init(_ extents: Extents, classes: Int) {
    (self.extents, self.classes) = (extents, classes)
  }

  /// The number of images.
  public var count: Int { labels.count }

  /// Appends an image.
  public mutating func append(label: UInt8, pixels: some Collection<UInt8>) {
    require(
      Int(label) < classes && pixels.count == extents.bytes,
      "LabelledImages: class \(label) of \(classes), \(pixels.count) bytes of \(extents.bytes)")
    labels.append(label)
    self.pixels += pixels
  }

  /// The pixels of one image.
  func pixels(of index: Int) -> ArraySlice<UInt8> {
    pixels[index * extents.bytes..<(index + 1) * extents.bytes]
  }

  /// An image as files have it: its class, then its pixels.
  package func record(of index: Int) -> [UInt8] { [labels[index]] + pixels(of: index) }

  /// The images at some places, in that order.
  func selecting(_ indices: some Sequence<Int>) -> LabelledImages {
    var selection = LabelledImages(extents, classes: classes)
    for index in indices {
      selection.append(label: labels[index], pixels: pixels(of: index))
    }
    return selection
  }
}

/// How the bytes of pixels become numbers: each channel with mean 0 and deviation 1 over the images to train on.
public struct PixelScale: Hashable, Sendable {
  private let means: [Float]
  private let factors: [Float]

  /// Measures images: at least one.
  public init(of images: LabelledImages) {
    require(images.count > 0, "PixelScale: \(images.count) images, at least 1")
    let channels = images.extents.channels
    var (sums, squares) = (
      [Int](repeating: 0, count: channels), [Int](repeating: 0, count: channels)
    )
    for (place, byte) in images.pixels.enumerated() {
      let value = Int(byte)
      sums[place % channels] += value
      squares[place % channels] += value * value
    }
    let count = Double(images.pixels.count / channels)
    means = sums.map { Float(Double($0) / count) }
    // Pixels that are all the same have no deviation.
    factors = zip(sums, squares).map { sum, square in
      let variance = (Double(square) - Double(sum) * Double(sum) / count) / count
      return variance > 0 ? Float(1 / variance.squareRoot()) : 1
    }
  }

  /// One of the images as a model sees it: `[height, width, channels]`.
  public func tensor(_ index: Int, of images: LabelledImages) -> Tensor {
    let (extents, channels) = (images.extents, means.count)
    let pixels = images.pixels(of: index)
    return Tensor(shape: [extents.height, extents.width, extents.channels]) { elements in
      for (place, byte) in pixels.enumerated() {
        let channel = place % channels
        elements[place] = (Float(byte) - means[channel]) * factors[channel]
      }
    }
  }
}
