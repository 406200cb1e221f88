import Experiments

extension ReportSection {
  /// What stands where a comparison would.
  static let nothingCompared = "No comparison is recorded yet."

  /// The leaderboards, and the curves and ratios of the comparisons behind them.
  static func leaderboard(of experiments: [FinishedExperiment], colors: ArmColors) -> ReportSection
  {
    var section = ReportSection(title: "Leaderboard")
    let boards = experiments.leaderboards
    for board in boards {
      section.paragraphs += board.shortfalls
      section.tables.append(("\(board.course.text):", board.table))
    }
    let comparisons = experiments.comparisons(.leaderboard)
    for (experiment, report, runs) in comparisons {
      section.paragraphs += report.warnings.map { "Warning: \($0)." }
      section.figures += [
        CurvesFigure.figure(of: experiment, report, runs, colors: colors),
        RatiosFigure.figure(of: experiment, report, colors: colors),
      ].compactMap(\.self)
    }
    if boards.isEmpty { section.paragraphs = [nothingCompared] }
    return section
  }
}

extension Verdict {
  /// What may be said of every arm against the baseline, a sentence or two for each.
  var verdictSentences: [String] {
    verdicts.map { verdict in
      let lines = sentences(for: verdict).map { $0.trimmingPrefix(while: { $0 == " " }) }
      return lines.dropFirst().reduce("On \(track), \(lines[0])") { text, line in
        text + (text.hasSuffix(":") ? " " : "; ") + line
      } + "."
    }
  }
}
