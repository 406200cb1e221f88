import Testing
import Text

@Suite struct FormatTests {
  @Test(arguments: [
    (0.04, "0.0 s"), (8.26, "8.3 s"), (59.96, "1 min 00 s"), (83, "1 min 23 s"),
    (3599.7, "1 h 00 min"), (7500, "2 h 05 min"), (.infinity, "?"), (.nan, "?"),
  ])
  func durationsAreReadable(_ seconds: Double, _ text: String) {
    #expect(Format.duration(seconds) == text)
  }

  @Test(arguments: [
    (0, "0"), (999, "999"), (1000, "1 000"), (1_234_567, "1 234 567"), (-12_345, "-12 345"),
  ])
  func thousandsAreSetApart(_ value: Int, _ text: String) {
    #expect(Format.grouped(value) == text)
  }

  @Test(arguments: [(0, "0 bytes"), (999, "999 bytes"), (1500, "1.5 kB"), (214_300_000, "214 MB")])
  func bytesHaveUnits(_ count: Int, _ text: String) {
    #expect(Format.bytes(count) == text)
  }

  @Test func textsArePaddedToAWidth() {
    #expect(Format.padded("ab", to: 4) == "ab  ")
    #expect(Format.padded("ab", to: 4, .right) == "  ab")
    #expect(Format.padded("abc", to: 2) == "abc")
  }
}
