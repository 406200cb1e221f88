/// Labels in a column, moved apart where they would lie on each other.
package enum LabelColumn {
  /// Returns a place for each label: as wanted if there is room, else as near as `distance` allows.
  ///
  /// Neighbours that collide form a group around the mean of where they want to be, and groups that then
  /// collide join: the places with the least sum of squared shifts (pool adjacent violators).
  package static func places(
    _ wanted: [Double], distance: Double, in bounds: ClosedRange<Double>
  ) -> [Double] {
    typealias Group = (sum: Double, members: [Int])
    func center(_ group: Group) -> Double { group.sum / Double(group.members.count) }
    let order = wanted.indices.sorted { (wanted[$0], $0) < (wanted[$1], $1) }
    var groups: [Group] = []
    for (rank, index) in order.enumerated() {
      // Shifted by its rank, a label must only not be above the one before it.
      groups.append((wanted[index] - Double(rank) * distance, [index]))
      while groups.count > 1, center(groups[groups.count - 2]) > center(groups[groups.count - 1]) {
        let last = groups.removeLast()
        let joined = groups.removeLast()
        groups.append((joined.sum + last.sum, joined.members + last.members))
      }
    }
    var places = wanted
    var rank = 0.0
    let highest = bounds.upperBound - Double(max(0, wanted.count - 1)) * distance
    for group in groups {
      for index in group.members {
        places[index] =
          max(min(center(group), highest), bounds.lowerBound) + rank * distance
        rank += 1
      }
    }
    return places
  }
}
