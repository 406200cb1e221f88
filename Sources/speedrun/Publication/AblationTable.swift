import Statistics
import Text

/// What each change of a recipe is worth.
enum AblationTable {
  static func table(of study: AblationStudy) -> ResultTable {
    let reference = study.rows.first?.name ?? ""
    return ResultTable(
      [
        .init("arm"), .init("settings"), .right("final loss"), .right("sd"), .right("n"),
        .right("difference to \(reference)"), .right("95 %"), .right("p"),
        .right("worth in steps"),
      ],
      study.rows.map { row in
        let difference = row.difference
        return [
          .text(row.name), .code(row.settings.joined(separator: " ")),
          .text(row.losses.map { Format.fixed($0.mean, 4) } ?? "diverged"),
          .text(row.losses?.standardDeviation.map { Format.fixed($0, 4) } ?? "-"),
          .text(row.losses.map { "\($0.count)" } ?? "-"),
          .text(difference.map { signed($0.mean) } ?? "-"),
          .text(difference?.interval.map(text) ?? "-"),
          .text(difference?.probability.map { Format.probability($0) } ?? "-"),
          .text(row.equivalent?.text ?? "-"),
        ]
      })
  }

  /// `+0.0123`.
  static func signed(_ value: Double) -> String {
    (value < 0 ? "" : "+") + Format.fixed(value, 4)
  }

  private static func text(_ interval: ConfidenceInterval) -> String {
    "\(signed(interval.lower)) to \(interval.upper.map(signed) ?? "?")"
  }
}
