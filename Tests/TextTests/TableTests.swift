import Testing
import Text

@Suite struct TableTests {
  private let table = Table(
    [("a|b", 1200), ("*c*", 7)],
    [
      .left("name") { $0.0 }, .right("n") { Format.grouped($0.1) },
      .code("key") { "n=\($0.1)" },
      Table.Column("where") { .link($0.0, to: "a directory/\($0.1)") },
    ])

  @Test func markdownShowsTextAsItIs() {
    #expect(
      table.markdown == """
        | name | n | key | where |
        |---|--:|---|---|
        | a\\|b | 1 200 | `n=1200` | [a\\|b](a%20directory/1200) |
        | \\*c\\* | 7 | `n=7` | [\\*c\\*](a%20directory/7) |
        """)
    #expect(Table.escaped("<b> & `x`\n[y]") == "&lt;b&gt; &amp; \\`x\\` \\[y\\]")
  }

  @Test func aTerminalShowsColumnsWithoutBlanksAtTheEnds() {
    #expect(
      table.text == """
        name     n key    where
        ---- ----- ------ -----
        a|b  1 200 n=1200 a|b
        *c*      7 n=7    *c*
        """)
  }

  @Test func aPageGetsTheCells() {
    #expect(table.titles == ["name", "n", "key", "where"])
    #expect(table.sides == [false, true, false, false])
    #expect(table.cells[1][2] == .code("n=7"))
  }
}
