import Autograd
import MessagePassing
import Muon
import TestSupport
import Testing

/// An optimizer whose work is shared out among ranks: the same bits as in one process.
@Suite struct RankTests {
  private struct Outcome: Sendable {
    let weights: [[UInt32]]
    let state: OptimizerState
    let owned: [Int]
  }

  private func train(_ ranks: Ranks, threads: Int, from state: OptimizerState? = nil) throws
    -> Outcome
  {
    // The embedding is large enough to be updated in several pieces.
    let fixture = OptimizerFixture(embeddingRows: 12_000)
    let optimizer = try Optimizer(
      groups: fixture.groups, covering: fixture.scope.parameters,
      schedule: Schedule(cooldown: 0.5), workers: Workers(count: threads), ranks: ranks)
    if let state { try optimizer.restore(state) }
    fixture.train(optimizer, steps: 0..<3)
    optimizer.gatherState()
    return Outcome(
      weights: fixture.bits, state: optimizer.state, owned: optimizer.owners.sizes)
  }

  @Test(arguments: [2, 3, 4, 7])
  func bitsDoNotDependOnTheNumberOfRanks(ranks: Int) throws {
    let alone = try train(.alone, threads: 1)
    for threads in [1, 2] {
      let (outcomes, _) = try ThreadRanks.run(ranks) { try train($0, threads: threads) }
      for outcome in outcomes {
        #expect(outcome.weights == alone.weights)
        #expect(outcome.state == alone.state)
        #expect(outcome.owned == outcomes[0].owned)
        #expect(outcome.owned.reduce(0, +) == alone.owned.reduce(0, +))
        #expect(outcome.owned.allSatisfy { $0 > 0 })
      }
    }
    // And from there on, at any number of ranks.
    let further = try train(.alone, threads: 1, from: alone.state)
    let (outcomes, _) = try ThreadRanks.run(ranks) {
      try train($0, threads: 1, from: alone.state)
    }
    #expect(outcomes.allSatisfy { $0.weights == further.weights && $0.state == further.state })
  }

  /// What a rank does not own it does not update: before the state is gathered, its momentum is zero there.
  @Test func onlyTheOwnerRemembers() throws {
    let (momenta, _) = try ThreadRanks.run(2) { ranks in
      let fixture = OptimizerFixture()
      let optimizer = try Optimizer(
        groups: fixture.groups, covering: fixture.scope.parameters, workers: Workers(count: 1),
        ranks: ranks)
      fixture.train(optimizer, steps: 0..<1)
      return fixture.matrices.map { matrix in
        optimizer.state.buffers["\(matrix.name).momentum"]?.contains { $0 != 0 } ?? false
      }
    }
    #expect(zip(momenta[0], momenta[1]).allSatisfy { $0 != $1 })
    #expect(momenta.allSatisfy { $0.count { $0 } == 2 })
  }

  @Test func gradientsCanBeGathered() throws {
    let (results, _) = try ThreadRanks.run(3) { ranks in
      let fixture = OptimizerFixture()
      let optimizer = try Optimizer(
        groups: fixture.groups, covering: fixture.scope.parameters, workers: Workers(count: 1),
        ranks: ranks)
      for piece in optimizer.owners.pieces[ranks.rank] {
        for index in piece.elements {
          fixture.gradients.storage.buffer[piece.parameter.offset + index] = Float(index)
        }
      }
      optimizer.gather(fixture.gradients)
      return fixture.scope.parameters.map { fixture.gradients[$0].elements }
    }
    for gradients in results {
      for elements in gradients { #expect(elements == elements.indices.map(Float.init)) }
    }
  }
}
