import TOMLKit

/// A key whose best value lies at the end of those that were tried: a better one may lie beyond.
package struct GridEdge: Codable, Equatable, Sendable {
  package var key: String
  /// The place in the value, where that is a list, such as AdamW's betas.
  package var index: Int?
  package var best: Double
  package var lowest: Double
  package var highest: Double

  /// `embed.learning_rate`, or `adamw.betas[0]`.
  package var name: String { key + (index.map { "[\($0)]" } ?? "") }

  /// In words, with what to do next.
  package var text: String {
    let (extreme, way) = best == highest ? ("highest", "higher") : ("lowest", "lower")
    return "\(name) = \(SettingText.number(best)) is the \(extreme) value tried "
      + "(\(SettingText.number(lowest)) to \(SettingText.number(highest))): try \(way) ones"
  }
}

extension ArmSearch {
  /// The keys whose best value is an end of what was tried, anywhere or with everything else as it is best.
  ///
  /// Only the latter can tell whether a value is still the best after a later stage has changed another key: a
  /// learning rate may be in the middle of what was tried with one momentum, and at the end with the next.
  /// Below a value of 0 there is nothing to try. Values that are no numbers have no ends; of a list every
  /// number has its own.
  package func edges() throws(UsageError) -> [GridEdge] {
    guard let best, best.loss?.isFinite == true else { return [] }
    let keys = arm.stages.flatMap { $0.axes.map(\.key) }
    let start = try file.applying(arm.settings, for: arm.optimizer)
    var edges: [GridEdge] = []
    for key in Set(keys).sorted() {
      let unset = try start.value(of: key, for: arm.optimizer).map { SettingText.value($0) }
      func numbers(in point: Point) -> [Double] {
        SettingText.numbers(point.settings.last { $0.key == key }?.value ?? unset ?? "")
      }
      func others(in point: Point) -> Set<Setting> { Set(point.settings.filter { $0.key != key }) }
      let found = numbers(in: best)
      let beside = points.filter { others(in: $0) == others(in: best) }
      for index in found.indices {
        edges += [beside, points].lazy.compactMap { points in
          GridEdge(
            key: key, index: found.count == 1 ? nil : index, best: found[index],
            tried: points.map(numbers).filter { $0.count == found.count }.map { $0[index] })
        }.prefix(1)
      }
    }
    return edges
  }
}

extension GridEdge {
  /// Nil when the best value is not at an end, or is the only one.
  fileprivate init?(key: String, index: Int?, best: Double, tried: [Double]) {
    guard let lowest = tried.min(), let highest = tried.max(), lowest < highest,
      best == highest || (best == lowest && best != 0)
    else { return nil }
    self.init(key: key, index: index, best: best, lowest: lowest, highest: highest)
  }
}
