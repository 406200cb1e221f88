import Autograd
import CKernels

/// Momentum, orthogonalized by Newton-Schulz: for the weight matrices inside a network.
///
///     m = lerp(m, g, 1 - mu)                 momentum
///     u = lerp(g, m, mu)                     Nesterov's look ahead
///     W = (1 - lr wd) W - lr s NS(u)         NS: all singular values near 1;  s: by shape
///
/// Keller Jordan, "Muon: An optimizer for hidden layers in neural networks" (2024). Weights are
/// `[outputs, inputs]`.
public struct Muon: UpdateRule {
  /// The name in records and configuration files.
  public static let name = "muon"
  /// False: orthogonalization needs the whole matrix.
  public static let isElementwise = false

  /// The learning rate before any schedule.
  public var learningRate: Double
  /// The decoupled decay, by the scheduled learning rate without the scale.
  public var weightDecay: Double
  /// The share of the past in the momentum, after its warm-up: `mu`.
  public var momentum: Double
  /// How the momentum rises to its value; nil when it has it from the start.
  public var momentumWarmup: MomentumWarmup?
  /// How the step depends on the shape.
  public var scale: Scale
  /// How to orthogonalize.
  public var newtonSchulz: NewtonSchulz
  /// The arithmetic of the orthogonalization's products.
  public var newtonSchulzPrecision: Precision

  /// How the step depends on a matrix's shape `[outputs, inputs]`.
  public enum Scale: String, Codable, CaseIterable, Hashable, Sendable {
    /// `sqrt(max(1, outputs / inputs))`: an equal largest change of the layer's output (Jordan).
    case spectral
    /// `0.2 sqrt(max(outputs, inputs))`: the size of an element's step as AdamW has it (Moonlight).
    case rms

    /// The factor on the learning rate.
    public func factor(outputs: Int, inputs: Int) -> Double {
      switch self {
      case .spectral: max(1, Double(outputs) / Double(inputs)).squareRoot()
      case .rms: 0.2 * Double(max(outputs, inputs)).squareRoot()
      }
    }
  }

  enum CodingKeys: String, CodingKey {
    case learningRate = "learning_rate"
    case weightDecay = "weight_decay"
    case momentum
    case momentumWarmup = "momentum_warmup"
    case scale
    case newtonSchulz = "newton_schulz"
    case newtonSchulzPrecision = "newton_schulz_precision"
  }

  /// Creates a rule.
  public init(
    learningRate: Double, weightDecay: Double, momentum: Double = 0.95,
    momentumWarmup: MomentumWarmup? = nil, scale: Scale = .spectral,
    newtonSchulz: NewtonSchulz = .jordan, newtonSchulzPrecision: Precision = .float32
  ) {
    self.learningRate = learningRate
    self.weightDecay = weightDecay
    self.momentum = momentum
    self.momentumWarmup = momentumWarmup
    self.scale = scale
    self.newtonSchulz = newtonSchulz
    self.newtonSchulzPrecision = newtonSchulzPrecision
  }

  /// The momentum of the update at `progress`.
  public func momentum(at progress: TrainingProgress) -> Double {
    guard let momentumWarmup, progress.step < momentumWarmup.steps else { return momentum }
    let share = Double(progress.step) / Double(momentumWarmup.steps)
    return momentumWarmup.from + share * (momentum - momentumWarmup.from)
  }

  /// What is wrong with the hyperparameters, in words; nil when nothing is.
  public var problem: String? {
    if !(0..<1).contains(momentum) { return "momentum \(momentum) is not in 0..<1" }
    return commonProblem ?? momentumWarmup?.problem ?? newtonSchulz.problem
      ?? newtonSchulzPrecision.problem
  }

  /// Why Muon cannot update a parameter of this shape: it must be a matrix.
  public func problem(with shape: Shape) -> String? {
    shape.rank == 2 ? nil : "muon updates matrices, not shape \(shape)"
  }

  /// The factor on the learning rate that ``scale-swift.property`` gives a matrix of this shape.
  public func scaleFactor(for shape: Shape) -> Double {
    scale.factor(outputs: shape[0], inputs: shape[1])
  }

  /// A momentum of zero.
  public func makeState(for shape: Shape) -> RuleState {
    RuleState(["momentum": shape])
  }

  /// The matrix products of the orthogonalization; the rest is small.
  public func operations(elements: Int, of shape: Shape) -> Double {
    newtonSchulz.operations(
      rows: shape[0], columns: shape[1], newtonSchulzPrecision)
  }

  /// Moves a matrix.
  public func update(
    _ parameter: Parameter, elements: Range<Int>, gradient: Tensor, state: RuleState,
    at step: UpdateStep
  ) {
    require(
      elements == 0..<parameter.shape.count && gradient.shape == parameter.shape,
      "Muon: elements \(elements), gradient \(gradient.shape) for \(parameter.shape)")
    let count = parameter.shape.count
    let mu = Float(momentum(at: step.progress))
    let update = Tensor(uninitialized: parameter.shape)
    kernel_momentum(gradient.pointer, state["momentum"].pointer, update.pointer, count, mu)
    OperationClock.lap(Self.name, .update)
    let rate = step.factor * learningRate * scaleFactor(for: parameter.shape)
    newtonSchulz.orthogonalize(
      update, by: NewtonSchulz.Form(for: update.shape), newtonSchulzPrecision,
      into: parameter.storage.pointer, scale: Float(-rate), retained: shrinkage(at: step))
    OperationClock.lap("newtonSchulz", .update)
  }
}
