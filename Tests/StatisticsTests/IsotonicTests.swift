import Statistics
import Testing

@Suite struct IsotonicTests {
  /// scipy 1.17.1: `optimize.isotonic_regression([1, 3, 2, 4, 3.5, 0.5, 6]).x`.
  @Test func whatFallsIsPooled() {
    #expect(
      [1, 3, 2, 4, 3.5, 0.5, 6].isotonic == [
        1, 2.5, 2.5, 2.6666666666666665, 2.6666666666666665, 2.6666666666666665, 6,
      ])
    #expect([1.0, 2, 2, 3].isotonic == [1, 2, 2, 3])
    #expect([Double]().isotonic == [])
  }
}
