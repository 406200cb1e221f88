import Autograd
import Muon
import Testing

@Suite struct OptimizerTests {
  @Test func sameBitsForAnyNumberOfThreads() throws {
    // The embedding is large enough to be updated in several pieces.
    let results = try [1, 2, 4].map { workers in
      let fixture = OptimizerFixture(embeddingRows: 12_000)
      fixture.train(try fixture.optimizer(workers: workers), steps: 0..<3)
      return fixture.bits
    }
    #expect(results[0] == results[1])
    #expect(results[0] == results[2])
  }

  @Test func everyElementMoves() throws {
    let fixture = OptimizerFixture(embeddingRows: 12_000)
    let before = fixture.bits
    fixture.train(try fixture.optimizer(), steps: 0..<1)
    for (before, after) in zip(before, fixture.bits) {
      #expect(zip(before, after).allSatisfy { $0 != $1 })
    }
  }

  @Test func largeMatricesAreNeverCut() throws {
    let scope = ParameterScope(seed: 1)
    let large = scope.parameter("w", [280, 260], .normal(deviation: 1))
    let rule = Muon(
      learningRate: 0.1, weightDecay: 0.1, newtonSchulz: NewtonSchulz.jordan(steps: 1))
    let gradients = Gradients(of: scope)
    _ = gradients[large].storage.buffer.update(from: randomTensor(large.shape, seed: 3).elements)
    let expected = weights(large.value, afterGradients: [gradients[large]], by: rule)
    let optimizer = try Optimizer(
      groups: [ParameterGroup("all", [large], rule: rule)], covering: [large],
      workers: Workers(count: 2))
    optimizer.step(gradients, at: TrainingProgress(0, of: 1))
    #expect(large.value.elements == expected.elements)
  }

  @Test func followsTheSchedule() throws {
    // A zero gradient leaves Muon's decay alone: 1 - 0.02 factor 0.1, the factor 0.5 at three quarters.
    let fixture = OptimizerFixture()
    let optimizer = try fixture.optimizer()
    let before = fixture.matrices[2].value.elements
    optimizer.step(fixture.gradients, at: TrainingProgress(15, of: 20))
    let expected = before.map { $0 * Float(1 - 0.02 * 0.5 * 0.1) }
    #expect(fixture.matrices[2].value.elements == expected)
  }

  @Test(arguments: [1, 2, 4])
  func allocatesNothingAfterTheFirstUpdate(workers: Int) throws {
    let fixture = OptimizerFixture()
    let optimizer = try fixture.optimizer(workers: workers)
    fixture.train(optimizer, steps: 0..<1)
    let allocations = optimizer.allocations
    #expect(allocations > 0)
    fixture.train(optimizer, steps: 1..<6)
    #expect(optimizer.allocations == allocations)
  }

  @Test func moreThreadsThanJobs() throws {
    let scope = ParameterScope(seed: 1)
    let only = scope.parameter("w", [2, 2], .zeros)
    let optimizer = try Optimizer(
      groups: [ParameterGroup("all", [only], rule: plainAdamW)], covering: [only],
      workers: Workers(count: 8))
    let gradients = Gradients(of: scope)
    gradients.storage.buffer.update(repeating: 1)
    optimizer.step(gradients, at: TrainingProgress(0, of: 1))
    #expect(only.value.elements.allSatisfy { abs($0 + 0.01) < 1e-7 })
  }

  @Test func rulesCanBeWrittenOutsideThePackage() throws {
    let scope = ParameterScope(seed: 1)
    let weight = scope.parameter("w", [2], .zeros)
    let optimizer = try Optimizer(
      groups: [ParameterGroup("all", [weight], rule: Descent(learningRate: 0.5))],
      covering: [weight], schedule: Schedule(warmupSteps: 2), workers: Workers(count: 1))
    let gradients = Gradients(of: scope)
    let target = Tensor([3, 4], shape: [2])
    for step in 0..<2 {
      gradients.reset()
      (weight.value * target).sum().backward(into: gradients)
      optimizer.step(gradients, at: TrainingProgress(step, of: 2))
    }
    #expect(weight.value.elements == [-2.25, -3])
    #expect(optimizer.state.buffers == ["w.updates": [2]])
  }
}

/// Gradient descent that counts its updates, by what the library offers to everyone.
private struct Descent: UpdateRule {
  static let name = "descent"
  var learningRate: Double

  func makeState(for shape: Shape) -> RuleState { RuleState(["updates": [1]]) }

  func update(
    _ parameter: Parameter, elements: Range<Int>, gradient: Tensor, state: RuleState,
    at step: UpdateStep
  ) {
    state["updates"].assign(state["updates"].elements.map { $0 + 1 })
    parameter.add(gradient, scale: Float(-learningRate * step.factor))
  }
}
