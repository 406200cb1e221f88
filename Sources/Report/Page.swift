import Text

/// The report: everything the records say, in the order a reader asks for it.
package struct Page: Sendable {
  let title: String
  /// Who is first, in a sentence.
  let opening: String?
  /// By how much, of every comparison.
  let verdicts: [String]
  /// Nil where there is no comparison, and none was to be expected.
  let leaderboard: Section?
  /// Those there are records of.
  let studies: [Section]
  let method: Section
  /// What there are no records of.
  package let missing: [String]

  private static var kinds: [any Study.Type] {
    [
      ClaimTable.self, Lengths.self, Ablations.self, Agreement.self, BatchSizes.self,
      OrthogonalizationCost.self, Spectra.self, UpdateSizes.self, Sizes.self, BestRates.self,
      TokenFrequency.self, WeightGrowth.self, Sweeps.self,
    ]
  }

  /// Takes the experiments of a project; with a title, some that somebody chose, of which no kind is missing.
  package init(of experiments: [FinishedExperiment], title: String? = nil) {
    self.title = title ?? "Muon against AdamW"
    opening = Verdicts.opening(of: experiments)
    verdicts = Verdicts.sentences(of: experiments)
    let leaderboard = Leaderboard.section(of: experiments)
    self.leaderboard =
      leaderboard
      ?? (title == nil
        ? Section(title: "Leaderboard", paragraphs: [Leaderboard.nothing]) : nil)
    let candidates = Self.kinds.map { (kind: $0, section: $0.section(of: experiments)) }
    studies = candidates.compactMap(\.section)
    missing =
      title != nil
      ? []
      : (leaderboard == nil ? [Leaderboard.needs] : [])
        + candidates.filter { $0.section == nil }.compactMap { $0.kind.needs }
    method = Method.section(of: experiments)
  }

  var sections: [Section] { [leaderboard].compactMap(\.self) + studies + [method] }

  /// What there are no records of, in words; nil when there are records of everything.
  package var missingText: String? {
    missing.isEmpty ? nil : "No record yet of \(missing.joined(separator: ", "))."
  }

  /// The report as one page.
  var html: String {
    get throws {
      try HTMLPage(
        title: "\(title): the report", heading: title, opening: opening, paragraphs: verdicts,
        note: missingText, sections: sections
      ).html
    }
  }
}
