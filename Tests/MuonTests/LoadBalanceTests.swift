import Autograd
import Foundation
import Muon
import Testing

@Suite struct LoadBalanceTests {
  /// The biases after one update from zero with these loads.
  private func biases(_ loads: [Float], rate: Double = 0.5, cooldown: Double = 0) throws -> [Float]
  {
    let scope = ParameterScope(seed: 1)
    let bias = scope.parameter("bias", [loads.count], .zeros)
    let optimizer = try Optimizer(
      groups: [ParameterGroup("balance", [bias], rule: LoadBalance(learningRate: rate))],
      covering: scope.parameters, schedule: Schedule(cooldown: cooldown),
      workers: Workers(count: 2))
    let gradients = Gradients(of: scope)
    (bias.value * Tensor(loads, shape: [loads.count])).sum().backward(into: gradients)
    optimizer.step(gradients, at: TrainingProgress(9, of: 10))
    return bias.value.elements
  }

  @Test func whoHasLessThanTheMeanRises() throws {
    #expect(try biases([10, 2, 6, 0, 12]) == [-0.5, 0.5, 0, 0.5, -0.5])
  }

  /// A third of 100 is no number of float32, and 3 times 33 is not 100.
  @Test func equalLoadsStayAsTheyAre() throws {
    #expect(try biases([7, 7, 7]) == [0, 0, 0])
    #expect(try biases([33, 33, 34]) == [0.5, 0.5, -0.5])
  }

  @Test func theScheduleIsAFactor() throws {
    #expect(try biases([1, 3], cooldown: 0.5) == [0.1, -0.1])
  }

  /// It is read back from records, and cannot be asked for as an optimizer.
  @Test func itIsARuleOfRecordsOnly() throws {
    let rule = NamedRule(LoadBalance(learningRate: 0.25))
    let again = try JSONDecoder().decode(NamedRule.self, from: JSONEncoder().encode(rule))
    #expect(again == rule)
    #expect(!RuleRegistry.builtIn.names.contains("balance"))
    #expect(LoadBalance(learningRate: -1).problem != nil)
  }
}
