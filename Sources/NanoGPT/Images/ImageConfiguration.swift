import Autograd

/// Everything that determines an ``ImageClassifier``: its images, its extents and its one constant.
public struct ImageConfiguration: Codable, Hashable, Sendable {
  /// The number of classes the model tells apart.
  public var classes: Int
  /// The rows of pixels of an image.
  public var height: Int
  /// The columns of pixels of an image.
  public var width: Int
  /// The numbers of a pixel: 1 of gray images, 3 of colored ones.
  public var channels: Int
  /// The filters of the first convolution.
  public var stem: Int
  /// The filters of both convolutions of each block, first to last.
  public var blocks: [Int]
  /// The bound of the logits.
  public var softcap: Float

  /// Creates a configuration.
  public init(
    classes: Int, height: Int, width: Int, channels: Int, stem: Int, blocks: [Int],
    softcap: Float = 15
  ) {
    (self.classes, self.height, self.width, self.channels) = (classes, height, width, channels)
    (self.stem, self.blocks, self.softcap) = (stem, blocks, softcap)
  }

  /// What keeps this configuration from describing a model, in words; nil when nothing does.
  public var problem: String? {
    let extents = [classes, height, width, channels, stem] + blocks
    if extents.contains(where: { $0 < 1 || $0 > Self.largestExtent }) {
      return
        "classes, height, width, channels, stem and blocks must be in 1...\(Self.largestExtent)"
    }
    if classes > LabelledImages.mostClasses {
      return "classes \(classes) is above \(LabelledImages.mostClasses)"
    }
    if blocks.isEmpty { return "blocks must have at least one number of filters" }
    if blocks.count >= Int.bitWidth || min(height, width) >> blocks.count < 1 {
      return "\(blocks.count) blocks halve an image of \(height) x \(width) pixels to nothing"
    }
    if !(softcap > 0 && softcap <= 70) { return "softcap \(softcap) is not above 0 and at most 70" }
    return nil
  }

  /// Far above any image for a CPU, and small enough that no product of extents overflows.
  private static let largestExtent = 1 << 12

  /// The numbers that the head sees: those of all pixels after the last block.
  var features: Int {
    (height >> blocks.count) * (width >> blocks.count) * (blocks.last ?? 0)
  }

  /// The weights of the whole model.
  public var weights: Int {
    let area = Convolution.size * Convolution.size
    var (inputs, sum) = (stem, area * channels * stem)
    for filters in blocks {
      sum += area * filters * (inputs + filters)
      inputs = filters
    }
    return sum + classes * features
  }
}
