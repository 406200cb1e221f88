import Autograd
import Muon

/// The parts into which a benchmark divides a training step.
enum StepPart: String, CaseIterable {
  case projections
  case attention
  /// Norms, rotary positions, squared ReLU, residual additions, embedding.
  case elementWise = "element-wise"
  case crossEntropy = "cross-entropy"
  /// Finding the way back through the recorded operations.
  case graph
  /// Setting the gradients of lanes to zero and summing them.
  case gradientSum = "gradient sum"
  /// Orthogonalizing, and moving the weights.
  case newtonSchulz = "Newton-Schulz"
  case momentum
  case adamW = "AdamW"
  case otherRules = "other rules"

  /// The part to which an operation of the engine belongs; one of no special kind works element by element.
  init(of operation: String, _ phase: OperationClock.Phase) {
    let name = operation.lowercased()
    switch phase {
    case .update:
      switch operation {
      case Muon.name: self = .momentum
      case AdamW.name: self = .adamW
      case "newtonSchulz": self = .newtonSchulz
      default: self = name.hasPrefix("gradient") ? .gradientSum : .otherRules
      }
    case .forward, .backward:
      if name == "graph" {
        self = .graph
      } else if name.contains("attention") {
        self = .attention
      } else if name.contains("crossentropy") {
        self = .crossEntropy
      } else if name.contains("linear") || name.contains("matrix") {
        self = .projections
      } else {
        self = .elementWise
      }
    }
  }
}
