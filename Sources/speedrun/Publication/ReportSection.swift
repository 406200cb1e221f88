import Figures

/// A part of the report: words, tables, figures.
package struct ReportSection: Sendable {
  package var title: String
  package var paragraphs: [String] = []
  /// Each with a line that says what it is.
  package var tables: [(caption: String, table: ResultTable)] = []
  package var figures: [Figure] = []

  /// The section in Markdown below a heading of its own, with links to the files of its figures.
  package var markdown: String {
    var blocks = paragraphs.map(ResultTable.escaped)
    for figure in figures {
      blocks.append("![\(ResultTable.escaped(figure.title))](figures/\(figure.name).svg)")
    }
    for (caption, table) in tables {
      if !caption.isEmpty { blocks.append(ResultTable.escaped(caption)) }
      blocks.append(table.markdown)
    }
    return blocks.joined(separator: "\n\n")
  }
}
