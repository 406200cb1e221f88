import Autograd

extension ImageCorpus {
  /// Lines, crosses and squares on a noisy ground, for tests and first trials: 12 x 12 gray pixels, six classes.
  ///
  /// Drawn from a fixed seed, in integers: the same on every machine.
  public static func shapes() -> ImageCorpus {
    let side = 12
    var random = SplitMix64(seed: 0)
    func number(_ range: ClosedRange<Int>) -> Int {
      range.lowerBound + Int(random.next() % UInt64(range.count))
    }
    var images = LabelledImages(
      LabelledImages.Extents(height: side, width: side, channels: 1), classes: 6)
    for index in 0..<1500 {
      let label = index % images.classes
      var pixels = (0..<side * side).map { _ in UInt8(number(0...60)) }
      let radius = number(2...3)
      let (row, column) = (number(radius...side - 1 - radius), number(radius...side - 1 - radius))
      let ink = UInt8(number(120...220))
      func draw(_ down: Int, _ right: Int) { pixels[(row + down) * side + column + right] = ink }
      for place in -radius...radius {
        switch label {
        case 0: draw(0, place)
        case 1: draw(place, 0)
        case 2: draw(place, place)
        case 3: draw(place, -place)
        case 4:
          draw(0, place)
          draw(place, 0)
        default:
          for edge in [-radius, radius] {
            draw(edge, place)
            draw(place, edge)
          }
        }
      }
      images.append(label: UInt8(label), pixels: pixels)
    }
    return ImageCorpus(name: "shapes", dividing: images)
  }

  /// SHA-256 of the images that ``shapes()`` draws.
  public static let shapesSHA256 =
    "4ddaed7142b64131f68523ab0b2c77d7d34c045ccda590bef0898f6ead9339e7"
}
