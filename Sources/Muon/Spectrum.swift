import Autograd

/// The singular values of a matrix, in short.
public struct Spectrum: Hashable, Sendable {
  /// The largest one.
  public let largest: Double
  /// `|A|_F^2 / |A|_2^2`: 1 if one direction is all there is, the shorter side if all weigh the same, 0 for a
  /// zero matrix.
  public let stableRank: Double
  /// Seventeen of them, largest first: every sixteenth part of the way from the largest to the smallest, between
  /// two of them where it falls between.
  public let quantiles: [Double]

  /// The quantiles divided by the largest; 0 for a zero matrix.
  public var ratios: [Double] {
    quantiles.map { largest > 0 ? $0 / largest : 0 }
  }

  /// The number of quantiles.
  public static let quantileCount = 17

  /// Decomposes a matrix; nil when it has elements that are not finite, or none.
  public init?(of matrix: Tensor) {
    guard let values = SingularValueDecomposition.values(of: matrix)?.map(Double.init),
      let largest = values.first
    else { return nil }
    self.largest = largest
    let ratios = values.map { largest > 0 ? $0 / largest : 0 }
    stableRank = ratios.reduce(0) { $0 + $1 * $1 }
    let intervals = Self.quantileCount - 1
    quantiles = (0...intervals).map { part in
      let place = Double(part) / Double(intervals) * Double(values.count - 1)
      let index = min(Int(place), values.count - 1)
      let next = min(index + 1, values.count - 1)
      return values[index] + (place - Double(index)) * (values[next] - values[index])
    }
  }
}
