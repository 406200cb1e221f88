import Figures
import Mustache
import Text

/// The report: everything the records say, in the order a reader asks for it.
package struct Page: Sendable {
  /// Who is first, in a sentence.
  let opening: String?
  /// By how much, of every comparison.
  let verdicts: [String]
  let leaderboard: Section
  /// Those there are records of.
  let studies: [Section]
  let method: Section
  /// What there are no records of.
  package let missing: [String]

  private static var kinds: [any Study.Type] {
    [
      Lengths.self, Ablations.self, Agreement.self, BatchSizes.self, Spectra.self, Sweeps.self,
    ]
  }

  package init(of experiments: [FinishedExperiment]) {
    opening = Verdicts.opening(of: experiments)
    verdicts = Verdicts.sentences(of: experiments)
    let leaderboard = Leaderboard.section(of: experiments)
    self.leaderboard =
      leaderboard ?? Section(title: "Leaderboard", paragraphs: [Leaderboard.nothing])
    let candidates = Self.kinds.map { (kind: $0, section: $0.section(of: experiments)) }
    studies = candidates.compactMap(\.section)
    missing =
      (leaderboard == nil ? [Leaderboard.needs] : [])
      + candidates.filter { $0.section == nil }.compactMap { $0.kind.needs }
    method = Method.section(of: experiments)
  }

  var sections: [Section] { [leaderboard] + studies + [method] }

  /// What there are no records of, in words; nil when there are records of everything.
  package var missingText: String? {
    missing.isEmpty ? nil : "No record yet of \(missing.joined(separator: ", "))."
  }

  /// The report as one page that needs no network, with its figures inside.
  var html: String {
    get throws {
      let template = String(decoding: PackageResources.page_mustache, as: UTF8.self)
      return try MustacheTemplate(string: template).render([
        "css": Figure.css, "opening": opening.map { [$0] } ?? [],
        "verdicts": verdicts, "missing": missingText.map { [$0] } ?? [],
        "sections": sections.map(Self.context),
      ])
    }
  }

  private static func context(of section: Section) -> [String: Any] {
    [
      "title": section.title, "paragraphs": section.paragraphs,
      "figures": section.figures.map { ["caption": $0.caption, "panels": $0.panelDocuments] },
      "tables": section.tables.map { caption, table -> [String: Any] in
        let sides = table.sides.map { $0 ? "right" : "left" }
        return [
          "caption": caption, "size": table.titles.count > 8 ? "wide" : "narrow",
          "columns": zip(table.titles, sides).map { ["title": $0, "side": $1] },
          "rows": table.cells.map { ["cells": zip($0, sides).map(context)] },
        ]
      },
    ]
  }

  private static func context(of cell: Table.Cell, side: String) -> [String: Any] {
    var context: [String: Any] = ["text": cell.text, "side": side]
    switch cell {
    case .text: break
    case .code(let text):
      context["isCode"] = true
      context["length"] = text.count > 16 ? "long" : "short"
    case .link(_, let target): context["link"] = target
    }
    return context
  }
}
