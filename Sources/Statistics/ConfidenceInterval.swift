import Text

/// Two numbers that have an unknown one between them, with a stated confidence.
package struct ConfidenceInterval: Codable, Equatable, Sendable {
  package let lower: Double
  /// Nil when nothing is known above ``lower``.
  @OrNull package var upper: Double?

  /// An infinite upper end is none.
  package init(lower: Double, upper: Double) {
    self.lower = lower
    self.upper = upper.ifFinite
  }

  /// Whether `value` is not excluded.
  package func contains(_ value: Double) -> Bool {
    lower <= value && value <= upper ?? .infinity
  }

  /// Whether all that the other interval leaves possible is possible here too.
  package func contains(_ other: ConfidenceInterval) -> Bool {
    contains(other.lower) && contains(other.upper ?? .infinity)
  }
}
