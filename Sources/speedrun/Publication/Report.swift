import Experiments

/// Everything the records say, in the order a reader asks for it.
package struct Report: Sendable {
  /// Who is first, and by how much.
  package let verdicts: [String]
  package let leaderboard: ReportSection
  /// Lengths, ablations, batch sizes, sweeps, singular values: those there are records of.
  package let studies: [ReportSection]
  package let method: ReportSection
  /// The kinds of experiments there are no records of.
  package let missing: [String]

  package init(of experiments: [FinishedExperiment]) {
    let colors = experiments.armColors
    verdicts = experiments.comparisons(.leaderboard).flatMap { $0.report.verdictSentences }
    leaderboard = .leaderboard(of: experiments, colors: colors)
    let candidates: [(what: String, section: ReportSection?)] = [
      ("a comparison of schedule lengths", .lengths(of: experiments, colors: colors)),
      ("ablations", .ablations(of: experiments)),
      ("a study of batch sizes", .batchSizes(of: experiments, colors: colors)),
      ("runs with diagnostics", .spectra(of: experiments)),
      ("a sweep", .sweeps(of: experiments)),
    ]
    studies = candidates.compactMap(\.section)
    let isBare = experiments.comparisons(.leaderboard).isEmpty
    missing =
      (isBare ? ["a comparison for the leaderboard"] : [])
      + candidates.filter { $0.section == nil }.map(\.what)
    method = .method(of: experiments)
  }

  /// All sections.
  var sections: [ReportSection] { [leaderboard] + studies + [method] }

  /// What there are no records of, in words; nil when there are records of everything.
  var missingText: String? {
    missing.isEmpty ? nil : "No record yet of \(missing.joined(separator: ", "))."
  }
}
