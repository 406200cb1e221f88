import Figures
import Mustache
import Text

/// A page that needs no network and no script, with its figures inside, for light and dark screens.
struct HTMLPage {
  var title: String
  var heading: String
  /// The sentence to remember.
  var opening: String?
  var paragraphs: [String] = []
  /// In small print below them.
  var note: String?
  var sections: [Section]
  /// After how many seconds a reader's browser looks again; nil for never.
  var secondsToReload: Int?

  var html: String {
    get throws {
      let template = String(decoding: PackageResources.page_mustache, as: UTF8.self)
      return try MustacheTemplate(string: template).render([
        "css": Figure.css, "title": title, "heading": heading,
        "opening": opening.map { [$0.numbersWhole] } ?? [],
        "verdicts": paragraphs.map(\.numbersWhole),
        "missing": note.map { [$0] } ?? [], "sections": sections.map(Self.context),
        "reload": secondsToReload.map { ["\($0)"] } ?? [],
      ])
    }
  }

  private static func context(of section: Section) -> [String: Any] {
    [
      "title": section.title, "paragraphs": section.paragraphs.map(\.numbersWhole),
      "excerpt": section.excerpt.map { [$0] } ?? [],
      "figures": section.figures.map {
        ["caption": $0.caption.numbersWhole, "panels": $0.panelDocuments]
      },
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

extension String {
  /// The text with word joiners behind the hyphens of numbers, where no line may break: `8e-4`, `0.64-0.70`.
  fileprivate var numbersWhole: String {
    replacing(/([0-9]e?-)([0-9])/) { "\($0.1)\u{2060}\($0.2)" }
  }
}
