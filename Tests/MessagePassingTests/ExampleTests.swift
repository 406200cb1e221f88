import MessagePassing
import TestSupport
import Testing

@Suite struct ExampleTests {
  @Test func ranksShareOutSquares() throws {
    let ranks = try Ranks.join()
    var squares = [Double](repeating: 0, count: 10)
    for index in ranks.share(of: squares.count, rank: ranks.rank) {
      squares[index] = Double(index * index)
    }
    let counts = ranks.members.indices.map { ranks.share(of: squares.count, rank: $0).count }
    ranks.gather(&squares, counts: counts)
    print("\(squares.reduce(0, +)) at each of \(ranks.count) ranks")
    ranks.end()

    #expect(squares.reduce(0, +) == 285)
    try expectExample(of: "MessagePassing")
  }
}
