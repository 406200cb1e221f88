import Statistics
import Testing

@Suite struct PairedDifferenceTests {
  /// scipy 1.17.1: `stats.ttest_rel([1.1, 2, 3.4, 4.2], [1, 2.2, 3.1, 3.9])`.
  @Test func theTestIsPaired() throws {
    let difference = PairedDifference(of: [1.1, 2, 3.4, 4.2], to: [1, 2.2, 3.1, 3.9])
    #expect(abs(difference.mean - 0.125) < 1e-12)
    #expect(abs((difference.probability ?? 0) - 0.3677007281581273) < 1e-9)
    let interval = try #require(difference.interval)
    #expect(abs(interval.lower + 0.25099136198049077) < 1e-9)
    #expect(abs((interval.upper ?? 0) - 0.5009913619804908) < 1e-9)
    let reversed = PairedDifference(of: [1, 2.2, 3.1, 3.9], to: [1.1, 2, 3.4, 4.2])
    #expect(reversed.probability == difference.probability)
  }

  @Test func withoutSpreadThereIsCertainty() {
    #expect(PairedDifference(of: [1, 2], to: [1, 2]).probability == 1)
    #expect(PairedDifference(of: [2, 3], to: [1, 2]).probability == 0)
    let alone = PairedDifference(of: [2], to: [1])
    #expect(alone.probability == nil && alone.interval == nil && alone.mean == 1)
  }
}
