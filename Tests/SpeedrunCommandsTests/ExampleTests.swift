import Autograd
import Muon
import SpeedrunCommands
import TestSupport
import Testing

@Suite struct ExampleTests {
  /// The call never returns, so that it is compiled here; `Examples/OwnOptimizer` runs it.
  private static func main() -> Never {
    Speedrun.main(adding: .rule(SignMomentum(learningRate: 6e-4)))
  }

  @Test func aProgramOfOnesOwn() throws {
    _ = Self.main
    try expectExample(of: "SpeedrunCommands")
  }
}

private struct SignMomentum: ElementwiseRule {
  static let name = "sign-momentum"
  var learningRate: Double

  func makeState(for shape: Shape) -> RuleState { RuleState([:]) }

  func update(_ elements: UpdateElements, at step: UpdateStep) {
    for i in elements.indices {
      elements.weights[i] -= Float(step.factor * learningRate) * (elements.gradient[i] < 0 ? -1 : 1)
    }
  }
}
