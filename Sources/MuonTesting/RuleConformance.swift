import Autograd
import Foundation
import Muon
import Testing

/// Expects an update rule to do what optimizers, records and resumed runs count on.
///
/// - Its hyperparameters have no `UpdateRule.problem`, its name can stand in a file, and JSON brings it back.
/// - It accepts at least one shape among vectors, square, wide and tall matrices, single rows and columns, tensors of
///   rank 3, and a matrix that is large enough to be updated in pieces. The rest holds for each that it accepts:
/// - 1, 2 and 4 threads make the same bits.
/// - An `ElementwiseRule` makes the same bits piece by piece as all at once.
/// - An optimizer that is restored from a saved state goes on with the same bits.
/// - Gradients stay as they were, and zero gradients leave finite weights.
///
/// ```swift
/// @Test func keepsTheContract() {
///   expectRule(SignMomentum(learningRate: 6e-4))
/// }
/// ```
///
/// - Parameters:
///   - rule: The rule, with usual hyperparameters.
///   - sourceLocation: Where a failure is reported.
public func expectRule<Rule: UpdateRule>(
  _ rule: Rule, sourceLocation: SourceLocation = #_sourceLocation
) {
  let conformance = Conformance(
    rule: rule, shapes: shapeKinds.filter { rule.problem(with: $0) == nil },
    sourceLocation: sourceLocation)
  conformance.expectUsualData()
  guard rule.problem == nil, !conformance.shapes.isEmpty else { return }
  conformance.expectSameBitsForAnyNumberOfThreads()
  conformance.expectSameBitsInPieces()
  conformance.expectSameBitsAfterResuming()
  conformance.expectGradientsToBeLeftAlone()
  conformance.expectFiniteWeightsWithoutAGradient()
}

private let shapeKinds: [Shape] = [
  [7], [6, 6], [5, 9], [9, 5], [1, 8], [8, 1], [2, 3, 4], [280, 260],
]

private struct Conformance<Rule: UpdateRule> {
  let rule: Rule
  let shapes: [Shape]
  let sourceLocation: SourceLocation

  func expect(_ condition: Bool, _ message: String) {
    if !condition { Issue.record("\(Rule.name): \(message)", sourceLocation: sourceLocation) }
  }

  func expectUsualData() {
    expect(rule.problem == nil, "has a problem: \(rule.problem ?? "")")
    expect(!shapes.isEmpty, "accepts none of the shapes \(shapeKinds)")
    let isPlain = Rule.name.wholeMatch(of: /[A-Za-z0-9_-]+/) != nil
    expect(isPlain, "its name is not made of letters, digits, - and _ alone")
    do {
      var registry = RuleRegistry.builtIn
      registry.add(Rule.self)
      let decoder = JSONDecoder()
      decoder.userInfo[.ruleRegistry] = registry
      let copy = try decoder.decode(NamedRule.self, from: JSONEncoder().encode(NamedRule(rule)))
      expect(copy == NamedRule(rule), "JSON makes another rule of it: \(copy.rule)")
    } catch {
      expect(false, "JSON cannot bring it back: \(error)")
    }
  }

  func expectSameBitsForAnyNumberOfThreads() {
    let one = training(threads: 1)?.weights(after: 0..<3)
    for threads in [2, 4] {
      let several = training(threads: threads)?.weights(after: 0..<3)
      expect(one == several, "\(threads) threads make other bits than 1")
    }
  }

  func expectSameBitsInPieces() {
    guard rule is any ElementwiseRule else { return }
    for shape in shapes {
      let (start, end) = (shape.count / 3, shape.count)
      let whole = updated(shape, in: [0..<end])
      let pieces = updated(shape, in: [start..<end, 0..<1, 1..<start])
      expect(whole == pieces, "a parameter \(shape) gets other bits in pieces than as a whole")
    }
  }

  func expectSameBitsAfterResuming() {
    guard let uninterrupted = training(), let first = training(), let second = training() else {
      return
    }
    let expected = uninterrupted.weights(after: 0..<6)
    first.update(0..<3)
    do {
      let saved = try JSONEncoder().encode(first.optimizer.state)
      for (parameter, trained) in zip(second.parameters, first.parameters) {
        parameter.assign(trained.value.elements)
      }
      try second.optimizer.restore(JSONDecoder().decode(OptimizerState.self, from: saved))
      expect(
        second.weights(after: 3..<6) == expected,
        "restored from its saved state, it goes on with other bits")
    } catch {
      expect(false, "its saved state cannot be restored: \(error)")
    }
  }

  func expectGradientsToBeLeftAlone() {
    guard let training = training() else { return }
    training.draw(step: 0)
    let before = training.parameters.map { training.gradients[$0].elements }
    training.optimizer.step(training.gradients, at: TrainingProgress(0, of: 10))
    let after = training.parameters.map { training.gradients[$0].elements }
    expect(before == after, "an update has changed the gradient")
  }

  func expectFiniteWeightsWithoutAGradient() {
    guard let fresh = training(), let trained = training() else { return }
    trained.update(0..<2)
    for training in [fresh, trained] {
      training.gradients.reset()
      for step in 2..<4 {
        training.optimizer.step(training.gradients, at: TrainingProgress(step, of: 10))
      }
      let weights = training.parameters.flatMap(\.value.elements)
      expect(weights.allSatisfy(\.isFinite), "a zero gradient leaves weights that are not finite")
    }
  }

  /// The weights of one parameter after an update of some of its elements at a time.
  func updated(_ shape: Shape, in pieces: [Range<Int>]) -> [UInt32]? {
    guard let training = training(shapes: [shape]) else { return nil }
    let (parameter, state) = (training.parameters[0], rule.makeState(for: shape))
    for number in 1...2 {
      training.draw(step: number)
      let step = UpdateStep(
        progress: TrainingProgress(number - 1, of: 10), factor: 1, number: number)
      for piece in pieces {
        rule.update(
          parameter, elements: piece, gradient: training.gradients[parameter], state: state,
          at: step)
      }
    }
    return parameter.value.elements.map(\.bitPattern)
  }

  func training(shapes: [Shape]? = nil, threads: Int = 1) -> Training? {
    do {
      return try Training(rule, shapes ?? self.shapes, threads: threads)
    } catch {
      expect(false, "no optimizer takes it: \(error)")
      return nil
    }
  }
}

/// Parameters under one rule, and gradients that depend on the step alone.
private struct Training {
  let parameters: [Parameter]
  let gradients: Gradients
  let optimizer: Optimizer

  init(_ rule: some UpdateRule, _ shapes: [Shape], threads: Int) throws(OptimizerError) {
    let scope = ParameterScope(seed: 1)
    parameters = shapes.enumerated().map { index, shape in
      scope.child(index).parameter("weight", shape, .normal(deviation: 1))
    }
    gradients = Gradients(of: scope)
    optimizer = try Optimizer(
      groups: [ParameterGroup("all", parameters, rule: rule)], covering: parameters,
      schedule: Schedule(warmupSteps: 2, cooldown: 0.5), workers: Workers(count: threads))
  }

  /// Sets the gradients of a step.
  func draw(step: Int) {
    var random = SplitMix64(seed: UInt64(step))
    let memory = gradients.storage.buffer
    for index in memory.indices { memory[index] = Float(random.uniform() - 0.5) }
  }

  func update(_ steps: Range<Int>) {
    for step in steps {
      draw(step: step)
      optimizer.step(gradients, at: TrainingProgress(step, of: 10))
    }
  }

  /// The bits of all weights after some more updates.
  func weights(after steps: Range<Int>) -> [[UInt32]] {
    update(steps)
    return parameters.map { $0.value.elements.map(\.bitPattern) }
  }
}
