import Autograd
import Foundation
import Muon
import MuonTesting
import Synchronization
import Testing

@Suite struct RuleConformanceTests {
  @Test func theRulesOfThisPackageKeepTheContract() {
    expectRule(plainAdamW)
    expectRule(Lion(learningRate: 0.01, beta1: 0.9, beta2: 0.99, weightDecay: 0.1))
    expectRule(SGD(learningRate: 0.01, momentum: 0.9, weightDecay: 0.1))
    expectRule(Muon(learningRate: 0.02, weightDecay: 0.01))
    expectRule(
      Muon(
        learningRate: 0.02, weightDecay: 0.01, decay: .coupled,
        momentumWarmup: MomentumWarmup(from: 0.8, steps: 4), nesterov: false, scale: .rms,
        orthogonalization: .singularValues, newtonSchulz: .polarExpress))
  }

  @Test(arguments: Broken.Fault.allCases)
  private func aBrokenRuleIsFound(_ fault: Broken.Fault) {
    let messages = Mutex<[String]>([])
    withKnownIssue {
      expectRule(Broken(fault: fault))
    } matching: { issue in
      messages.withLock { $0 += issue.comments.map(\.rawValue) }
      return true
    }
    let found = messages.withLock { $0 }
    #expect(found.contains { $0.contains(fault.message) }, "\(fault) is not among \(found)")
  }
}

/// Descent by the momentum, with one thing wrong.
private struct Broken: ElementwiseRule {
  enum Fault: String, Codable, CaseIterable {
    case problem, shapes, hyperparameters, threads, pieces, state, gradients, zeros

    /// What is said of it.
    var message: String {
      switch self {
      case .problem: "has a problem: it is broken"
      case .shapes: "accepts none of the shapes"
      case .hyperparameters: "JSON makes another rule of it"
      case .threads: "2 threads make other bits than 1"
      case .pieces: "gets other bits in pieces than as a whole"
      case .state: "restored from its saved state, it goes on with other bits"
      case .gradients: "an update has changed the gradient"
      case .zeros: "a zero gradient leaves weights that are not finite"
      }
    }
  }

  static let name = "broken"
  var learningRate = 0.1
  let fault: Fault

  init(fault: Fault) {
    self.fault = fault
  }

  var problem: String? { fault == .problem ? "it is broken" : nil }

  func problem(with shape: Shape) -> String? { fault == .shapes ? "not this one" : nil }

  func makeState(for shape: Shape) -> RuleState { RuleState(["momentum": shape]) }

  /// Memory that no state has: what two runs of a process share.
  private static let updates = Atomic<Int>(0)

  func update(_ elements: UpdateElements, at step: UpdateStep) {
    let momentum = elements.state("momentum")
    let updates = Self.updates.wrappingAdd(1, ordering: .relaxed).newValue
    for i in elements.indices {
      let gradient = elements.gradient[i]
      momentum[i] = 0.9 * momentum[i] + gradient
      var move = momentum[i]
      switch fault {
      case .threads: move += Float(updates)
      case .pieces where i == elements.indices.lowerBound: move += 1
      case .state where step.number == 5: move += Float(updates)
      case .gradients: elements.gradient[i] = 0
      case .zeros: move /= abs(gradient)
      default: break
      }
      elements.weights[i] -= Float(step.factor * learningRate) * move
    }
  }

  func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: CodingKeys.self)
    try container.encode(fault == .hyperparameters ? 1 : learningRate, forKey: .learningRate)
    try container.encode(fault, forKey: .fault)
  }

  private enum CodingKeys: String, CodingKey {
    case learningRate, fault
  }
}
