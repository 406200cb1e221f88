extension StopRatios.Ratio {
  /// `0.71 (0.68-0.74)`.
  var text: String {
    let lower = Format.fixed(interval.lower, 2)
    let range = interval.upper.map { "\(lower)-\(Format.fixed($0, 2))" } ?? "above \(lower)"
    return "\(Format.fixed(value, 2)) (\(range))"
  }
}
