import Autograd
import MessagePassing
import TestSupport
import Testing

/// Lanes that live in several ranks: the same bits as in one process.
@Suite struct RankTests {
  /// A small model whose gradient mixes all sequences.
  private struct Model {
    let scope = ParameterScope(seed: 5)
    let first: Parameter
    let second: Parameter

    init() {
      first = scope.parameter("first", [24, 8], .normalFanIn(scale: 1))
      second = scope.parameter("second", [1, 24], .normalFanIn(scale: 1))
    }

    var loss: @Sendable (_ sequence: Int) -> Tensor {
      { [first, second] sequence in
        var random = SplitMix64(seed: UInt64(sequence))
        let x = Tensor((0..<40).map { _ in Float(random.uniform()) - 0.5 }, shape: [5, 8])
        let y = x.linear(first.value).squaredReLU().linear(second.value)
        return (y * y).mean()
      }
    }

    /// Elements in turn to the ranks; the last of several has none.
    func owners(_ ranks: Ranks) -> Owners {
      let pieces: [Owners.Piece] = [
        .init(first, 0..<100), .init(second, 0..<24), .init(first, 100..<192),
      ]
      let owners = max(1, ranks.count - 1)
      return Owners(
        ranks,
        ranks.members.indices.map { rank in
          pieces.indices.filter { $0 % owners == rank }.map { pieces[$0] }
        })
    }
  }

  private struct Outcome: Sendable {
    let loss: Double
    let losses: [Double]
    /// By their place in the flat buffer.
    let gradients: [Int: Float]
    let exchangedBytes: Int
  }

  private func train(
    _ ranks: Ranks, lanes: Int, threads: Int, sequences: Int, steps: Int = 2
  ) -> Outcome {
    let model = Model()
    let (owners, loss) = (model.owners(ranks), model.loss)
    let lanes = Lanes(
      count: lanes, scope: model.scope, workers: Workers(count: threads), owners: owners)
    var outcome: (loss: Double, gradients: Gradients)?
    for step in 0..<steps {
      outcome = lanes.lossAndGradients(sequences: sequences) { loss($0 + step) }
    }
    let gradients = outcome?.gradients ?? Gradients(of: model.scope)
    var elements: [Int: Float] = [:]
    for piece in owners.pieces[ranks.rank] {
      let values = gradients[piece.parameter].elements
      for index in piece.elements { elements[piece.parameter.offset + index] = values[index] }
    }
    let losses = lanes.losses(sequences: sequences + 1, loss: loss)
    return Outcome(
      loss: outcome?.loss ?? .nan, losses: losses, gradients: elements,
      exchangedBytes: lanes.exchangedBytes)
  }

  @Test(arguments: [
    (lanes: 4, ranks: 2, sequences: 10), (4, 3, 10), (4, 4, 10), (5, 2, 16), (7, 3, 8), (4, 2, 3),
    (4, 4, 1), (4, 3, 2),
  ])
  func bitsDoNotDependOnTheNumberOfRanks(lanes: Int, ranks: Int, sequences: Int) throws {
    let alone = train(.alone, lanes: lanes, threads: 2, sequences: sequences)
    #expect(alone.gradients.count == 216)
    for threads in [1, 2] {
      let (outcomes, _) = try ThreadRanks.run(ranks) {
        train($0, lanes: lanes, threads: threads, sequences: sequences)
      }
      for outcome in outcomes {
        #expect(outcome.loss == alone.loss)
        #expect(outcome.losses == alone.losses)
      }
      let gradients = outcomes.reduce(into: [Int: Float]()) { all, outcome in
        all.merge(outcome.gradients) { first, _ in
          Issue.record("two ranks own an element")
          return first
        }
      }
      #expect(gradients.mapValues(\.bitPattern) == alone.gradients.mapValues(\.bitPattern))
    }
  }

  /// The bytes of a step are what one more step adds.
  @Test(arguments: [(lanes: 4, ranks: 2), (4, 3), (4, 4), (8, 2)])
  func bytesOfAStepAreThoseThatGoFromRankToRank(lanes: Int, ranks: Int) throws {
    func run(steps: Int) throws -> (counted: Int, sent: Int) {
      let (outcomes, bytes) = try ThreadRanks.run(ranks) {
        train($0, lanes: lanes, threads: 1, sequences: 8, steps: steps)
      }
      return (outcomes[0].exchangedBytes, bytes)
    }
    let (one, two) = (try run(steps: 1), try run(steps: 2))
    // Of every sequence each rank tells the others the loss.
    let losses = 8 * MemoryLayout<Double>.stride * (ranks - 1)
    #expect(two.sent - one.sent == one.counted + losses)
    // With a lane a rank that is the least: each element goes to its owner from all others.
    if lanes == ranks { #expect(one.counted == (ranks - 1) * 216 * 4) }
  }
}
