/// A straight line through points, by least squares of their heights.
public struct StraightLine: Sendable {
  /// How much it rises for every step to the right.
  public let slope: Double
  /// Its height at 0.
  public let intercept: Double

  /// Nil of points that are all above the same place, or of fewer than two.
  public init?(through points: [(x: Double, y: Double)]) {
    guard !points.isEmpty else { return nil }
    let (x, y) = (Sample(points.map(\.x)).mean, Sample(points.map(\.y)).mean)
    let spread = points.reduce(0) { $0 + ($1.x - x) * ($1.x - x) }
    guard spread > 0 else { return nil }
    slope = points.reduce(0) { $0 + ($1.x - x) * ($1.y - y) } / spread
    intercept = y - slope * x
  }

  /// Its height at a place.
  public func callAsFunction(_ x: Double) -> Double { intercept + slope * x }
}
