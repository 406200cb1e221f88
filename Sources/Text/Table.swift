import TextTable

/// Rows under titled columns: as text for a terminal, as Markdown, and as cells for a page.
public struct Table: Sendable {
  /// A cell's content.
  public enum Cell: Equatable, Sendable {
    /// Words or numbers for people.
    case text(String)
    /// Settings and other things a machine reads.
    case code(String)
    /// Words that lead to another document.
    case link(String, to: String)
  }

  /// A column's heading, its side, and what it shows of a row.
  public struct Column<Row> {
    let title: String
    let isRight: Bool
    let cell: (Row) -> Cell

    /// Creates a column from its heading and what it shows of a row.
    public init(_ title: String, isRight: Bool = false, cell: @escaping (Row) -> Cell) {
      (self.title, self.isRight, self.cell) = (title, isRight, cell)
    }

    /// A column of words.
    public static func left(_ title: String, _ text: @escaping (Row) -> String) -> Column {
      Column(title) { .text(text($0)) }
    }

    /// A column of numbers.
    public static func right(_ title: String, _ text: @escaping (Row) -> String) -> Column {
      Column(title, isRight: true) { .text(text($0)) }
    }

    /// A column of what a machine reads.
    public static func code(_ title: String, _ text: @escaping (Row) -> String) -> Column {
      Column(title) { .code(text($0)) }
    }
  }

  /// The headings.
  public let titles: [String]
  /// Of every column, whether it touches the right edge.
  public let sides: [Bool]
  /// The cells of every row.
  public let cells: [[Cell]]

  /// Evaluates the columns of every row.
  public init<Row>(_ rows: [Row], _ columns: [Column<Row>]) {
    titles = columns.map(\.title)
    sides = columns.map(\.isRight)
    cells = rows.map { row in columns.map { $0.cell(row) } }
  }

  /// The table for a terminal, without blanks at the ends of lines.
  public var text: String { console(titles, sides, cells) }

  /// The table in Markdown, without a newline at its end.
  public var markdown: String {
    func row(_ cells: [String]) -> String { "| " + cells.joined(separator: " | ") + " |" }
    let head = row(titles.map(Self.escaped))
    let line = "|" + sides.map { $0 ? "--:|" : "---|" }.joined()
    return ([head, line] + cells.map { row($0.map(\.markdown)) }).joined(separator: "\n")
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

extension Table.Cell {
  /// The plain text of it.
  package var text: String {
    switch self {
    case .text(let text), .code(let text), .link(let text, _): text
    }
  }

  fileprivate var markdown: String {
    switch self {
    case .text(let text): Table.escaped(text)
    case .code(let text) where text.contains("`") || text.isEmpty: Table.escaped(text)
    case .code(let text): "`\(text.replacing("|", with: "\\|").replacing("\n", with: " "))`"
    case .link(let text, let target):
      "[\(Table.escaped(text))](\(target.replacing(" ", with: "%20")))"
    }
  }
}

/// Draws cells by TextTable, outside of ``Table``, whose columns have the same name as the package's.
private func console(_ titles: [String], _ sides: [Bool], _ cells: [[Table.Cell]]) -> String {
  let table = TextTable<[Table.Cell]> { cells in
    cells.indices.map { index in
      Column(
        title: titles[index], value: cells[index].text, align: sides[index] ? .right : .left)
    }
  }
  let lines = (table.string(for: cells, style: Style.simple) ?? "").split(separator: "\n")
  return lines.map { line in String(line.reversed().drop { $0 == " " }.reversed()) }
    .joined(separator: "\n")
}
