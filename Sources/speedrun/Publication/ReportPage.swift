import Figures
import Mustache

/// The report as one page without a network, with its figures inside.
enum ReportPage {
  static func html(of report: Report) throws -> String {
    try MustacheTemplate(string: template).render([
      "css": FigureStyle.css,
      "verdicts": report.verdicts,
      "missing": report.missingText.map { [$0] } ?? [],
      "sections": report.sections.map(section),
    ])
  }

  private static func section(_ section: ReportSection) -> [String: Any] {
    [
      "title": section.title,
      "paragraphs": section.paragraphs,
      "figures": section.figures.map { figure -> [String: Any] in
        [
          "title": figure.title, "caption": figure.caption,
          "panels": figure.panelDocuments,
        ]
      },
      "tables": section.tables.map { caption, table -> [String: Any] in
        [
          "caption": caption,
          "size": table.columns.count > 8 ? "wide" : "narrow",
          "columns": table.columns.map { ["title": $0.title, "side": side(of: $0)] },
          "rows": table.rows.map { row in
            ["cells": zip(table.columns, row).map(cell)]
          },
        ]
      },
    ]
  }

  private static func cell(_ column: ResultTable.Column, _ cell: ResultTable.Cell) -> [String: Any]
  {
    var context: [String: Any] = ["text": cell.text, "side": side(of: column)]
    switch cell {
    case .text: break
    case .code(let text):
      context["isCode"] = true
      context["length"] = text.count > 16 ? "long" : "short"
    case .link(_, let target): context["link"] = target
    }
    return context
  }

  private static func side(of column: ResultTable.Column) -> String {
    column.isRight ? "right" : "left"
  }
}
