import TestSupport
import Testing
import Text

@Suite struct ExampleTests {
  @Test func rowsBecomeATable() throws {
    let runs = [(arm: "adamw", steps: 280), (arm: "muon", steps: 180)]
    let table = Table(runs, [.left("arm") { $0.arm }, .right("steps") { "\($0.steps)" }])
    print(table.text)
    print(table.markdown)

    #expect(table.text.hasSuffix("adamw   280\nmuon    180"))
    #expect(
      table.markdown == "| arm | steps |\n|---|--:|\n| adamw | 280 |\n| muon | 180 |")
    try expectExample(of: "Text")
  }
}
