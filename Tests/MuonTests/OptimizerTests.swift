import Autograd
import Foundation
import Muon
import Testing

/// A handful of parameters like a small GPT's, and random gradients for them.
private struct Fixture {
  let scope = ParameterScope(seed: 1)
  let matrices: [Parameter]
  let embedding: Parameter
  let gradients: Gradients

  init(embeddingRows: Int = 70) {
    let shapes: [Shape] = [[24, 24], [24, 24], [48, 12], [12, 48]]
    let scope = scope
    matrices = shapes.indices.map {
      scope.child($0).parameter("weight", shapes[$0], .normal(deviation: 0.1))
    }
    embedding = scope.child("embed").parameter(
      "weight", [embeddingRows, 12], .normal(deviation: 1))
    gradients = Gradients(of: scope)
  }

  var groups: [ParameterGroup] {
    [
      ParameterGroup(
        "hidden", matrices, rule: Muon(learningRate: 0.02, weightDecay: 0.1, scale: .rms)),
      ParameterGroup("outer", [embedding], rule: plainAdamW),
    ]
  }

  func optimizer(workers: Int = 2) throws -> Optimizer {
    try Optimizer(
      groups: groups, covering: scope.parameters, schedule: Schedule(cooldown: 0.5),
      workers: Workers(count: workers))
  }

  /// Updates with gradients that depend on the step alone.
  func train(_ optimizer: Optimizer, steps: Range<Int>) {
    for step in steps {
      var random = SplitMix64(seed: UInt64(step))
      for index in gradients.storage.buffer.indices {
        gradients.storage.buffer[index] = Float(random.uniform() - 0.5)
      }
      optimizer.step(gradients, at: TrainingProgress(step, of: 10))
    }
  }

  var bits: [[UInt32]] {
    scope.parameters.map { $0.value.elements.map(\.bitPattern) }
  }
}

@Suite struct CoverageTests {
  private let fixture = Fixture()

  private func makeOptimizer(_ groups: [ParameterGroup]) throws -> Optimizer {
    try Optimizer(
      groups: groups, covering: fixture.scope.parameters, workers: Workers(count: 1))
  }

  @Test func everyParameterNeedsAGroup() {
    #expect(throws: OptimizerError.unassigned(["embed.weight"])) {
      try makeOptimizer([fixture.groups[0]])
    }
    #expect(throws: OptimizerError.unassigned(fixture.scope.parameters.map(\.name))) {
      try makeOptimizer([])
    }
  }

  @Test func noParameterMayHaveTwo() {
    let again = ParameterGroup("again", [fixture.matrices[2]], rule: plainAdamW)
    #expect(throws: OptimizerError.assignedTwice(["2.weight"])) {
      try makeOptimizer(fixture.groups + [again])
    }
    let twice = ParameterGroup("twice", [fixture.embedding, fixture.embedding], rule: plainAdamW)
    #expect(throws: OptimizerError.assignedTwice(["embed.weight"])) {
      try makeOptimizer([fixture.groups[0], twice])
    }
  }

  @Test func strangersAreRefused() {
    let stranger = ParameterScope(seed: 2).parameter("stranger", [2, 2], .zeros)
    #expect(throws: OptimizerError.unknown(["stranger"])) {
      try makeOptimizer(fixture.groups + [ParameterGroup("s", [stranger], rule: plainAdamW)])
    }
  }

  @Test func rulesMustFit() {
    let scope = ParameterScope(seed: 1)
    let bias = scope.parameter("bias", [4], .zeros)
    let error = #expect(throws: OptimizerError.self) {
      try Optimizer(
        groups: [ParameterGroup("all", [bias], rule: Muon(learningRate: 1, weightDecay: 0))],
        covering: scope.parameters, workers: Workers(count: 1))
    }
    #expect(error?.description.contains("bias: muon updates matrices, not shape [4]") == true)
  }

  @Test func valuesMustBeInRange() {
    let bad = ParameterGroup(
      "hidden", fixture.matrices, rule: Muon(learningRate: .nan, weightDecay: 0))
    let error = #expect(throws: OptimizerError.self) {
      try makeOptimizer([bad, fixture.groups[1]])
    }
    #expect(error?.description.contains("group hidden: learning_rate nan") == true)
    #expect(throws: OptimizerError.badSchedule("cooldown 2.0 is not in 0...1")) {
      try Optimizer(
        groups: fixture.groups, covering: fixture.scope.parameters,
        schedule: Schedule(cooldown: 2), workers: Workers(count: 1))
    }
  }

  @Test func errorsAreOneLine() {
    let errors: [OptimizerError] = [
      .unassigned(["a", "b"]), .assignedTwice(["a"]), .unknown(["a"]),
      .unsuitable(group: "g", problem: "p"), .badSchedule("p"), .mismatchedState("p"),
    ]
    for error in errors { #expect(!"\(error)".contains("\n") && "\(error)".contains(";")) }
    #expect("\(errors[0])".contains("a, b"))
  }

  @Test func routingSaysWhatHappensToEach() throws {
    let routing = try makeOptimizer(fixture.groups).routing
    #expect(routing.map(\.parameter) == fixture.scope.parameters.map(\.name))
    #expect(routing.map(\.rule) == ["muon", "muon", "muon", "muon", "adamw"])
    #expect(routing.map(\.group).last == "outer")
    #expect(routing[2].shape == [48, 12])
    #expect(abs(routing[2].scaleFactor - 0.2 * 48.0.squareRoot()) < 1e-12)
    #expect(routing[0].learningRate == 0.02 && routing[0].weightDecay == 0.1)
    #expect(routing[4].learningRate == 0.01 && routing[4].scaleFactor == 1)
  }
}

@Suite struct OptimizerTests {
  @Test func sameBitsForAnyNumberOfThreads() throws {
    // The embedding is large enough to be updated in several pieces.
    let results = try [1, 2, 4].map { workers in
      let fixture = Fixture(embeddingRows: 12_000)
      fixture.train(try fixture.optimizer(workers: workers), steps: 0..<3)
      return fixture.bits
    }
    #expect(results[0] == results[1])
    #expect(results[0] == results[2])
  }

  @Test func everyElementMoves() throws {
    let fixture = Fixture(embeddingRows: 12_000)
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
    let fixture = Fixture()
    let optimizer = try fixture.optimizer()
    let before = fixture.matrices[2].value.elements
    optimizer.step(fixture.gradients, at: TrainingProgress(15, of: 20))
    let expected = before.map { $0 * Float(1 - 0.02 * 0.5 * 0.1) }
    #expect(fixture.matrices[2].value.elements == expected)
  }

  @Test(arguments: [1, 2, 4])
  func allocatesNothingAfterTheFirstUpdate(workers: Int) throws {
    let fixture = Fixture()
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
  static let isElementwise = false
  var learningRate: Double
  var weightDecay = 0.0
  var problem: String? { nil }

  func makeState(for shape: Shape) -> RuleState { RuleState(["updates": [1]]) }

  func operations(elements: Int, of shape: Shape) -> Double { Double(elements) }

  func update(
    _ parameter: Parameter, elements: Range<Int>, gradient: Tensor, state: RuleState,
    at step: UpdateStep
  ) {
    state["updates"].assign(state["updates"].elements.map { $0 + 1 })
    parameter.add(gradient, scale: Float(-learningRate * step.factor))
  }
}

@Suite struct OptimizerStateTests {
  @Test func resumedEqualsUninterrupted() throws {
    let uninterrupted = Fixture()
    uninterrupted.train(try uninterrupted.optimizer(), steps: 0..<6)

    let first = Fixture()
    let optimizer = try first.optimizer()
    first.train(optimizer, steps: 0..<3)
    let saved = try JSONEncoder().encode(optimizer.state)

    let second = Fixture()
    for (parameter, trained) in zip(second.scope.parameters, first.scope.parameters) {
      parameter.assign(trained.value.elements)
    }
    let resumed = try second.optimizer(workers: 1)
    try resumed.restore(try JSONDecoder().decode(OptimizerState.self, from: saved))
    #expect(resumed.state == optimizer.state)
    second.train(resumed, steps: 3..<6)
    #expect(second.bits == uninterrupted.bits)
  }

  @Test func namesItsBuffers() throws {
    let state = try Fixture().optimizer().state
    #expect(state.updates == 0)
    #expect(
      state.buffers.keys.sorted() == [
        "0.weight.momentum", "1.weight.momentum", "2.weight.momentum", "3.weight.momentum",
        "embed.weight.first_moment", "embed.weight.second_moment",
      ])
  }

  @Test func codingKeepsEveryBit() throws {
    let elements: [Float] = [
      0, -0.0, 1, .leastNonzeroMagnitude, .greatestFiniteMagnitude, -.infinity, 0.1, .nan,
    ]
    let state = OptimizerState(updates: 7, buffers: ["a.momentum": elements, "empty": []])
    let copy = try JSONDecoder().decode(
      OptimizerState.self, from: try JSONEncoder().encode(state))
    #expect(copy.updates == 7)
    #expect(copy.buffers["a.momentum"]?.map(\.bitPattern) == elements.map(\.bitPattern))
    #expect(copy.buffers["empty"] == [])
    #expect(throws: DecodingError.self) {
      let torn = Data(#"{"updates": 1, "buffers": {"a": "AAAAAAA="}}"#.utf8)
      return try JSONDecoder().decode(OptimizerState.self, from: torn)
    }
  }

  @Test func aStateOfSomethingElseIsRefusedWhole() throws {
    let fixture = Fixture()
    let optimizer = try fixture.optimizer()
    fixture.train(optimizer, steps: 0..<1)
    let before = optimizer.state

    func expectRefused(_ words: String, _ change: (inout OptimizerState) -> Void) {
      var state = before
      state.buffers["0.weight.momentum"] = [Float](repeating: 9, count: 24 * 24)
      change(&state)
      let error = #expect(throws: OptimizerError.self) { try optimizer.restore(state) }
      #expect(error?.description.contains(words) == true)
      #expect(optimizer.state == before)
    }
    expectRefused("3.weight.momentum is missing") { $0.buffers["3.weight.momentum"] = nil }
    expectRefused("1 elements instead of 576") { $0.buffers["1.weight.momentum"] = [0] }
    expectRefused("x.momentum belongs to no parameter") { $0.buffers["x.momentum"] = [0] }
    expectRefused("-1 updates") { $0.updates = -1 }
  }
}
