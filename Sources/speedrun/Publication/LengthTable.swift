import Statistics
import Text

extension LengthStudy {
  /// A row for every schedule.
  package var table: ResultTable {
    ResultTable(
      [
        .init("arm"), .right("steps"), .right("final loss"), .right("sd"),
        .right("n"),
      ],
      families.flatMap { family in
        family.points.map { point in
          [
            .text(family.name), .text("\(point.steps)"),
            .text(Format.fixed(point.losses.mean, 4)),
            .text(point.losses.standardDeviation.map { Format.fixed($0, 4) } ?? "-"),
            .text("\(point.losses.count)"),
          ]
        }
      })
  }

  /// How many steps each family needs at the target, in words.
  package var sentence: String {
    let target = Format.fixed(target, 3)
    let needs = families.map { family in
      switch family.steps(to: self.target) {
      case .about(let steps):
        "\(family.name) ends at \(target) with a schedule of \(Format.fixed(steps, 0)) steps"
      case .more(let most): "\(family.name) does not reach \(target) within \(most) steps"
      case .fewer(let least): "\(family.name) ends below \(target) even with \(least) steps"
      }
    }
    return needs.joined(separator: "; ")
      + ". Between measured lengths the mean loss is taken to fall with the logarithm of the steps."
  }
}
