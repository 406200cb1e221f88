import Statistics
import Text

extension StopRatios.Ratio {
  /// `0.71 (0.68-0.74)`.
  var text: String { "\(Format.fixed(value, 2)) (\(interval.ratioText))" }

  /// `0.71x (0.68-0.74)`.
  var factorText: String { "\(Format.fixed(value, 2))x (\(interval.ratioText))" }
}

extension ConfidenceInterval {
  /// Of a ratio: `0.68-0.74`, or `up to 0.74` or `above 0.68` where an arm without a stop step leaves an end open.
  var ratioText: String {
    let least = Format.fixed(lower, 2)
    guard let greatest = upper.map({ Format.fixed($0, 2) }) else { return "above \(least)" }
    return lower == 0 ? "up to \(greatest)" : "\(least)-\(greatest)"
  }
}
