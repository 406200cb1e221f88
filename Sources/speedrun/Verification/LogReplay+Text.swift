extension LogReplay {
  /// Compares the lines of `log.txt` with those that the validations print.
  func findings(inText bytes: [UInt8], file: String) -> Findings {
    var findings = Findings()
    let found = String(decoding: bytes, as: UTF8.self).split(separator: "\n")
    let steps = plan.recipe.steps
    // A loss that is not a number is null in one log, and printed in one of several ways in the other.
    let expected = trajectory.validations.enumerated().map { index, validation in
      let line = validation.logLine(steps: steps)
      guard validation.loss.isNaN, index < found.count else { return line }
      let others = ["nan", "-nan", "inf", "-inf"].map { line.replacing(":nan ", with: ":\($0) ") }
      return others.first { $0 == found[index] } ?? line
    }
    findings.compare(
      bytes, with: Array(expected.map { $0 + "\n" }.joined().utf8), in: file)
    return findings
  }
}
