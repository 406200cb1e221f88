import Figures
import Text

/// A part of the report: words, tables, figures.
package struct Section: Sendable {
  package let title: String
  package var paragraphs: [String] = []
  /// A text that is quoted with its own line breaks.
  package var excerpt: String?
  /// Each with a line that says what it is.
  package var tables: [(caption: String, table: Table)] = []
  package var figures: [Figure] = []

  /// The section in Markdown below a heading of its own, with links to the files of its figures.
  var markdown: String {
    var blocks = paragraphs.map(Table.escaped)
    if let excerpt {
      blocks.append(excerpt.split(separator: "\n").map { "    \($0)" }.joined(separator: "\n"))
    }
    blocks += figures.map { "![\(Table.escaped($0.title))](figures/\($0.name).svg)" }
    for (caption, table) in tables {
      if !caption.isEmpty { blocks.append(Table.escaped(caption)) }
      blocks.append(table.markdown)
    }
    return blocks.joined(separator: "\n\n")
  }
}

/// A section made from records of one kind.
protocol Study {
  /// What there must be a record of, in words; nil where records of other studies are enough.
  static var needs: String? { get }

  /// Returns the section; nil without such records.
  static func section(of experiments: [FinishedExperiment]) -> Section?
}
