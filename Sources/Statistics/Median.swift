extension [Double] {
  /// The middle one, or the mean of the two in the middle; nil without any.
  package var median: Double? {
    guard !isEmpty else { return nil }
    let sorted = sorted()
    return (sorted[(count - 1) / 2] + sorted[count / 2]) / 2
  }
}
