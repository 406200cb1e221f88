import Autograd
import Muon
import Testing

@Suite struct CoverageTests {
  private let fixture = OptimizerFixture()

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
