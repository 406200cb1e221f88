import Statistics
import Testing

@Suite struct StraightLineTests {
  /// numpy: `polyfit([0, 1, 2, 4], [1, 3, 2, 6], 1)`.
  @Test func itIsTheLineOfLeastSquares() throws {
    let line = try #require(StraightLine(through: [(0, 1), (1, 3), (2, 2), (4, 6)]))
    #expect(abs(line.slope - 1.1428571428571428) < 1e-14 && abs(line.intercept - 1) < 1e-14)
    #expect(abs(line(10) - 12.428571428571429) < 1e-13)
  }

  @Test func pointsAboveOnePlaceHaveNone() {
    #expect(StraightLine(through: []) == nil)
    #expect(StraightLine(through: [(1, 2), (1, 3)]) == nil)
  }
}
