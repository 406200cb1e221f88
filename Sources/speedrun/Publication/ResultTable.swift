/// A table as Markdown and as a page show it.
package struct ResultTable: Sendable {
  /// A cell's content.
  package enum Cell: Equatable, Sendable {
    case text(String)
    /// Settings and other things a machine reads.
    case code(String)
    case link(String, to: String)

    static let empty = Cell.text("")
  }

  /// A column's heading and side.
  package struct Column: Sendable {
    package var title: String
    package var isRight: Bool

    package init(_ title: String, isRight: Bool = false) {
      (self.title, self.isRight) = (title, isRight)
    }

    static func right(_ title: String) -> Column { Column(title, isRight: true) }
  }

  package var columns: [Column]
  package var rows: [[Cell]]

  package init(_ columns: [Column], _ rows: [[Cell]]) {
    (self.columns, self.rows) = (columns, rows)
  }

  /// The table in Markdown, without a newline at its end.
  package var markdown: String {
    func row(_ cells: [String]) -> String { "| " + cells.joined(separator: " | ") + " |" }
    let head = row(columns.map { Self.escaped($0.title) })
    let line = "|" + columns.map { $0.isRight ? "--:|" : "---|" }.joined()
    return ([head, line] + rows.map { row($0.map(\.markdown)) }).joined(separator: "\n")
  }

  /// The text without anything that Markdown or HTML would read as more than text.
  package static func escaped(_ text: String) -> String {
    text.reduce(into: "") { result, character in
      switch character {
      case "&": result += "&amp;"
      case "<": result += "&lt;"
      case ">": result += "&gt;"
      case "|", "*", "_", "`", "[", "]", "\\", "~": result += "\\\(character)"
      case "\n", "\r", "\r\n": result += " "
      default: result.append(character)
      }
    }
  }
}

extension ResultTable.Cell {
  /// The plain text of it.
  var text: String {
    switch self {
    case .text(let text), .code(let text), .link(let text, _): text
    }
  }

  fileprivate var markdown: String {
    switch self {
    case .text(let text): ResultTable.escaped(text)
    case .code(let text) where text.contains("`") || text.isEmpty: ResultTable.escaped(text)
    case .code(let text): "`\(text.replacing("|", with: "\\|").replacing("\n", with: " "))`"
    case .link(let text, let target):
      "[\(ResultTable.escaped(text))](\(target.replacing(" ", with: "%20")))"
    }
  }
}
