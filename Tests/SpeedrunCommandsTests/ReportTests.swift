import SpeedrunCommands
import Testing
import Text

@Suite struct ReportTests {
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

  @Test func theProgressLineShowsWhatFits() {
    let line = ProgressLine(
      step: 75, steps: 300, loss: 3.61, validationLoss: 3.5, target: 3.2, tokensPerSecond: 17964,
      secondsLeft: 83)
    #expect(
      line.text(width: 120)
        == "step  75/300 ██████··················  loss 3.610  val 3.500, 0.300 to go  "
        + "17 964 tokens/s  1 min 23 s left")
    #expect(line.text(width: 40) == "step  75/300 ███▎·········  loss 3.610")
    for width in 1...120 { #expect(line.text(width: width).count < width) }
  }

  @Test func theProgressLineSaysWhenTheTargetIsReached() {
    let line = ProgressLine(step: 1, steps: 2, validationLoss: 3.2, target: 3.2)
    #expect(line.fields == ["step 1/2", "val 3.200, target reached"])
  }

  @Test func theChartFallsFromTheFirstLossToTheTarget() {
    let chart = Chart(
      points: [(0, 4), (50, 2), (100, 1)], target: 1, width: 10, height: 4)
    #expect(
      chart.lines == [
        "   4.000 ┤⠑⢄        ",
        "         │  ⠑⢄      ",
        "         │    ⠑⢄⡀   ",
        "   1.000 ┤⡀ ⡀ ⡀ ⡈⠑⡢⢄ target",
        "          step 0 100",
      ])
  }

  @Test func theChartNeedsTwoNumbers() {
    #expect(Chart(points: [(0, 4)], target: 1).lines.isEmpty)
    #expect(Chart(points: [(0, 4), (1, .nan)], target: nil).lines.isEmpty)
    #expect(Chart(points: [(0, 4), (1, 4)], target: nil, height: 3).lines.count == 4)
  }

  @Test(arguments: [
    (ColorMode.always, false, ["NO_COLOR": "1"], true),
    (.never, true, ["FORCE_COLOR": "1"], false),
    (.auto, true, [:], true),
    (.auto, false, [:], false),
    (.auto, true, ["NO_COLOR": "1"], false),
    (.auto, true, ["NO_COLOR": ""], true),
    (.auto, true, ["TERM": "dumb"], false),
    (.auto, false, ["FORCE_COLOR": "1", "NO_COLOR": "1"], true),
    (.auto, false, ["FORCE_COLOR": "0"], false),
  ])
  func colorsFollowTheUsualRules(
    _ mode: ColorMode, _ isTerminal: Bool, _ environment: [String: String], _ expected: Bool
  ) {
    #expect(
      Console.usesColor(mode, isTerminal: isTerminal, environment: environment) == expected)
  }
}
