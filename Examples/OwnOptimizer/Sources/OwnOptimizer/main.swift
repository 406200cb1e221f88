import Autograd
import Muon
import SpeedrunCommands

/// Every weight moves by the same amount, in the direction of the sign of a momentum.
///
///     m = lerp(m, g, 1 - beta)
///     W = W - lr sign(m)
///
/// Bernstein et al., "signSGD: Compressed Optimisation for Non-Convex Problems" (2018).
struct SignMomentum: ElementwiseRule {
  static let name = "sign-momentum"

  var learningRate: Double
  var beta = 0.95

  enum CodingKeys: String, CodingKey {
    case learningRate = "learning_rate"
    case beta
  }

  func makeState(for shape: Shape) -> RuleState { RuleState(["momentum": shape]) }

  func update(_ elements: UpdateElements, at step: UpdateStep) {
    let (weights, gradient) = (elements.weights, elements.gradient)
    let momentum = elements.state("momentum")
    let (share, rate) = (Float(1 - beta), Float(step.factor * learningRate))
    for i in elements.indices {
      momentum[i] += share * (gradient[i] - momentum[i])
      weights[i] -= rate * (momentum[i] < 0 ? -1 : momentum[i] > 0 ? 1 : 0)
    }
  }
}

Speedrun.main(
  adding: .rule(
    SignMomentum(learningRate: 6e-4),
    recipes: ["micro": .init(hidden: SignMomentum(learningRate: 2e-3))]))
