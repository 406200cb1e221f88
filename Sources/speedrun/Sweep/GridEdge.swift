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
  /// The keys whose best value is an end of what was tried, anywhere or with everything else as it is best.
  ///
  /// Only the latter can tell whether a value is still the best after a later stage has changed another key: a
  /// learning rate may be in the middle of what was tried with one momentum, and at the end with the next.
  /// Below a value of 0 there is nothing to try. Keys whose values are no numbers, or lists, have no ends.
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
      func others(in point: Point) -> Set<Setting> { Set(point.settings.filter { $0.key != key }) }
      guard let found = value(in: best) else { continue }
      let beside = points.filter { others(in: $0) == others(in: best) }
      edges += [beside, points].lazy.compactMap { points in
        GridEdge(key: key, best: found, tried: points.compactMap(value))
      }.prefix(1)
    }
    return edges
  }
}

extension GridEdge {
  /// Nil when the best value is not at an end, or is the only one.
  fileprivate init?(key: String, best: Double, tried: [Double]) {
    guard let lowest = tried.min(), let highest = tried.max(), lowest < highest,
      best == highest || (best == lowest && best != 0)
    else { return nil }
    self.init(key: key, best: best, lowest: lowest, highest: highest)
  }
}
