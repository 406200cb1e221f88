import TOMLKit

/// A key whose best value lies at the end of those that were tried: a better one may lie beyond.
package struct GridEdge: Codable, Equatable, Sendable {
  package var key: String
  package var best: Double
  package var lowest: Double
  package var highest: Double

  /// In words, with what to do next.
  package var text: String {
    let (extreme, way) = best == highest ? ("highest", "higher") : ("lowest", "lower")
    return "\(key) = \(SettingText.number(best)) is the \(extreme) value tried "
      + "(\(SettingText.number(lowest)) to \(SettingText.number(highest))): try \(way) ones"
  }
}

extension ArmSearch {
  /// The keys whose best value is an end of what was tried.
  ///
  /// Below a value of 0 there is nothing to try. Keys whose values are no numbers have no ends.
  package func edges() throws(UsageError) -> [GridEdge] {
    guard let best, best.loss?.isFinite == true else { return [] }
    let keys = arm.stages.flatMap { $0.axes.map(\.key) }
    let start = try file.applying(arm.settings, for: arm.optimizer)
    var edges: [GridEdge] = []
    for key in Set(keys).sorted() {
      let unset = try start.value(of: key, for: arm.optimizer).map { SettingText.value($0) }
      func value(in point: Point) -> Double? {
        (point.settings.last { $0.key == key }?.value ?? unset).flatMap(Double.init)
      }
      let tried = points.compactMap(value)
      guard let found = value(in: best), let lowest = tried.min(), let highest = tried.max(),
        lowest < highest, found == highest || (found == lowest && found != 0)
      else { continue }
      edges.append(GridEdge(key: key, best: found, lowest: lowest, highest: highest))
    }
    return edges
  }
}
