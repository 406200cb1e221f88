import Autograd

/// Points that cover a cube evenly: a Sobol' sequence.
///
/// Any number of first points leaves no part of the cube empty, as a grid would, and every point has a new value in
/// every dimension, as random ones would. By Gray codes (Antonov and Saleev, 1979), with the direction numbers of Joe
/// and Kuo (2008, `new-joe-kuo-6.21201`).
public struct Sobol: Sequence, IteratorProtocol, Sendable {
  /// The most dimensions there are.
  public static let mostDimensions = 12

  private static let bits = 32
  /// Of every dimension, a direction for each bit.
  private let directions: [[UInt32]]
  private var state: [UInt32]
  private var count: UInt32 = 0

  /// Begins the sequence after its first point, the corner of zeros: the first here is the middle of the cube.
  public init(dimensions: Int) {
    require(
      (1...Self.mostDimensions).contains(dimensions),
      "Sobol: \(dimensions) dimensions, from 1 to \(Self.mostDimensions)")
    directions = (0..<dimensions).map(Self.directions)
    state = Array(repeating: 0, count: dimensions)
  }

  /// The next point, every coordinate in 0..<1.
  public mutating func next() -> [Double]? {
    let bit = (~count).trailingZeroBitCount
    guard bit < Self.bits else { return nil }
    count += 1
    for dimension in state.indices { state[dimension] ^= directions[dimension][bit] }
    return state.map { Double($0) / 0x1p32 }
  }

  /// A primitive polynomial, its inner coefficients as bits, and the first direction numbers.
  private static let polynomials: [(coefficients: UInt32, first: [UInt32])] = [
    (0, [1]), (1, [1, 3]), (1, [1, 3, 1]), (2, [1, 1, 1]), (1, [1, 1, 3, 3]), (4, [1, 3, 5, 13]),
    (2, [1, 1, 5, 5, 17]), (4, [1, 1, 5, 5, 5]), (7, [1, 1, 7, 11, 19]), (11, [1, 1, 5, 1, 1]),
    (13, [1, 1, 1, 3, 11]),
  ]

  private static func directions(ofDimension dimension: Int) -> [UInt32] {
    // The first dimension is van der Corput's sequence.
    guard dimension > 0 else { return (0..<bits).map { 1 << (31 - UInt32($0)) } }
    let (coefficients, first) = polynomials[dimension - 1]
    let degree = first.count
    var directions = first.enumerated().map { $1 << (31 - UInt32($0)) }
    for bit in degree..<bits {
      var direction = directions[bit - degree] ^ (directions[bit - degree] >> UInt32(degree))
      for term in stride(from: 1, to: degree, by: 1)
      where coefficients >> UInt32(degree - 1 - term) & 1 == 1 {
        direction ^= directions[bit - term]
      }
      directions.append(direction)
    }
    return directions
  }
}
