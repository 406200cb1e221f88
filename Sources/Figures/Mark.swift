/// Something drawn in a plot.
package enum Mark: Sendable {
  /// A place in the plot's own numbers.
  package struct Point: Equatable, Sendable {
    package var x: Double
    package var y: Double

    package init(_ x: Double, _ y: Double) { (self.x, self.y) = (x, y) }
  }

  /// A point, and where it may really lie.
  package struct Estimate: Equatable, Sendable {
    package var point: Point
    package var low: Double
    package var high: Double

    package init(_ x: Double, _ y: Double, _ low: Double, _ high: Double) {
      (point, self.low, self.high) = (Point(x, y), low, high)
    }
  }

  /// How a line looks.
  package enum Stroke: Sendable {
    case solid
    case dashed
  }

  /// A line through points; its name stands at its right end.
  case line([Point], color: Int, stroke: Stroke = .solid, name: String? = nil)
  /// The area between two values.
  case band([Estimate], color: Int)
  /// A dot with a bar from its low to its high end.
  case estimates([Estimate], color: Int)
  /// A dot with words below it.
  case spot(Point, color: Int, name: String)
  /// A dashed level through the whole plot, with its name.
  case level(Double, name: String)
  /// A double arrow between two places on one level, with words.
  case gap(from: Double, to: Double, level: Double, name: String)

  /// The places that have to be visible.
  package var extent: [Point] {
    switch self {
    case .line(let points, _, _, _): points
    case .band(let estimates, _), .estimates(let estimates, _):
      estimates.flatMap { [Point($0.point.x, $0.low), Point($0.point.x, $0.high)] }
    case .spot(let point, _, _): [point]
    case .level(let level, _): [Point(.nan, level)]
    case .gap(let from, let to, let level, _): [Point(from, level), Point(to, level)]
    }
  }
}
