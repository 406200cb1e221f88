import Autograd
import Synchronization
import Testing

@Suite struct LanesTests {
  /// A small model whose gradient mixes all sequences.
  private func run(lanes: Int, threads: Int, sequences: Int) -> (Double, [Float]) {
    let scope = ParameterScope(seed: 5)
    let first = scope.parameter("first", [24, 8], .normalFanIn(scale: 1))
    let second = scope.parameter("second", [1, 24], .normalFanIn(scale: 1))
    let lanes = Lanes(count: lanes, scope: scope, workers: Workers(count: threads))
    let (loss, gradients) = lanes.lossAndGradients(sequences: sequences) { sequence in
      var random = SplitMix64(seed: UInt64(sequence))
      let x = Tensor((0..<40).map { _ in Float(random.uniform()) - 0.5 }, shape: [5, 8])
      let y = x.linear(first.value).squaredReLU().linear(second.value)
      return (y * y).mean()
    }
    return (loss, gradients[first].elements + gradients[second].elements)
  }

  @Test(arguments: ProductKernels.allCases.filter(\.isSupported))
  func bitsDoNotDependOnTheNumberOfThreads(kernels: ProductKernels) {
    ProductKernels.$current.withValue(kernels) {
      let one = run(lanes: 4, threads: 1, sequences: 10)
      for threads in [2, 3, 4, 7] {
        let other = run(lanes: 4, threads: threads, sequences: 10)
        #expect(other.0 == one.0)
        #expect(other.1 == one.1)
      }
    }
  }

  /// Lanes only change the order of summation, and fewer sequences than lanes lose none.
  @Test(arguments: [(4, 10), (3, 2), (8, 1), (10, 10)])
  func lanesCoverEverySequence(lanes: Int, sequences: Int) {
    let whole = run(lanes: 1, threads: 1, sequences: sequences)
    let split = run(lanes: lanes, threads: 2, sequences: sequences)
    #expect(abs(split.0 - whole.0) < 1e-7)
    for (a, b) in zip(split.1, whole.1) { #expect(abs(a - b) < 1e-6) }
  }

  @Test func theNextBatchStartsFromZeroGradients() {
    let scope = ParameterScope(seed: 5)
    let w = scope.parameter("w", [1], .zeros)
    let lanes = Lanes(count: 3, scope: scope, workers: Workers(count: 2))
    for sequences in [6, 2, 6] {
      let (_, gradients) = lanes.lossAndGradients(sequences: sequences) { _ in w.value.sum() }
      #expect(abs(gradients[w].scalar - 1) < 1e-6)
    }
  }

  @Test func nothingIsAllocatedAfterTheFirstStep() {
    let scope = ParameterScope(seed: 5)
    let w = scope.parameter("w", [16, 16], .normalFanIn(scale: 1))
    // A second thread may get its first lane, and with it its memory, in any step.
    let lanes = Lanes(count: 2, scope: scope, workers: Workers(count: 1))
    func step(_ sequences: Int = 6) {
      _ = lanes.lossAndGradients(sequences: sequences) { sequence in
        let x = Tensor(repeating: Float(sequence), shape: [4, 16])
        return x.linear(w.value).squaredReLU().rmsNorm().mean()
      }
    }
    // One sequence in each lane is a whole warm-up.
    step(2)
    let after = lanes.allocations
    #expect(after > 0)
    for _ in 0..<5 { step() }
    #expect(lanes.allocations == after)
  }

  @Test func everyItemRunsOnce() {
    for (threads, items) in [(1, 5), (4, 100), (8, 3), (2, 0)] {
      let counts = Mutex([Int](repeating: 0, count: items))
      Workers(count: threads).forEach(items) { item in counts.withLock { $0[item] += 1 } }
      #expect(counts.withLock { $0.allSatisfy { $0 == 1 } })
    }
  }

  @Test func lossesComeInOrderWithoutGradients() {
    let scope = ParameterScope(seed: 5)
    let w = scope.parameter("w", [1], .zeros)
    w.assign([2])
    let lanes = Lanes(count: 3, scope: scope, workers: Workers(count: 2))
    let losses = lanes.losses(sequences: 7) { sequence in
      let loss = w.value.scaled(by: Float(sequence)).sum()
      #expect(!loss.needsGradient)
      return loss
    }
    #expect(losses == [0, 2, 4, 6, 8, 10, 12])
  }
}
