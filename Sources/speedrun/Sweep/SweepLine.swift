import Text

/// How far a sweep is, in one line.
package struct SweepLine: Sendable {
  package var done: Int
  package var total: Int
  /// The best loss so far by arm; nil before any.
  package var best: [(arm: String, loss: Double?)]
  package var secondsLeft: Double?

  package init(
    done: Int, total: Int, best: [(arm: String, loss: Double?)], secondsLeft: Double?
  ) {
    self.done = done
    self.total = total
    self.best = best
    self.secondsLeft = secondsLeft
  }

  /// The fields, most important first.
  package var fields: [String] {
    let number = Format.padded(String(done), to: String(total).count, .right)
    return ["trial \(number)/\(total)"]
      + (secondsLeft.map { ["\(Format.duration($0)) left"] } ?? [])
      + best.map { "\($0.arm) \($0.loss?.ifFinite.map { Format.fixed($0, 4) } ?? "-")" }
  }

  /// The line for a terminal of this width: as many fields as fit.
  package func text(width: Int) -> String {
    var line = fields[0]
    for field in fields.dropFirst() {
      guard line.count + 2 + field.count < width else { break }
      line += "  " + field
    }
    return String(line.prefix(max(0, width - 1)))
  }

  /// The seconds until the end if every trial takes the mean of those so far; nil before any.
  package static func secondsLeft(
    trials: Int, durations: [Double], parallel: Int
  ) -> Double? {
    guard !durations.isEmpty else { return nil }
    let rounds = (trials + parallel - 1) / parallel
    return Double(rounds) * durations.reduce(0, +) / Double(durations.count)
  }
}
