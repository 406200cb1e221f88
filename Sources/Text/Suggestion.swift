/// What somebody may have meant who wrote a name that is not known.
package enum Suggestion {
  /// The known name that is most like `name`, if any is, and all of them.
  package static func text(
    for name: String, among known: some Sequence<String>, what: String = "known"
  ) -> String {
    let known = Array(known)
    let all = "\(what): \(known.joined(separator: ", "))"
    return nearest(to: name, among: known).map { "did you mean '\($0)'? \(all)" } ?? all
  }

  /// The known name that is most like `name`; nil when none is like it.
  package static func nearest(to name: String, among known: some Sequence<String>) -> String? {
    let furthest = max(2, name.count / 3)
    // Names whose lengths differ by more are at least that far.
    let nearest = known.filter { abs($0.count - name.count) <= furthest }
      .map { (name: $0, distance: editDistance($0, name)) }
      .min { $0.distance < $1.distance }
    guard let nearest, nearest.distance <= furthest else { return nil }
    return nearest.name
  }

  /// The number of insertions, removals and replacements that turn one text into another.
  private static func editDistance(_ left: String, _ right: String) -> Int {
    let right = Array(right)
    var row = Array(0...right.count)
    for (i, character) in left.enumerated() {
      var diagonal = row[0]
      row[0] = i + 1
      for (j, other) in right.enumerated() {
        let replaced = diagonal + (character == other ? 0 : 1)
        diagonal = row[j + 1]
        row[j + 1] = min(replaced, row[j] + 1, row[j + 1] + 1)
      }
    }
    return row[right.count]
  }
}
