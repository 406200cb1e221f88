import Autograd
import CKernels

/// Momentum, orthogonalized by Newton-Schulz: for the weight matrices inside a network.
///
///     m = lerp(m, g, 1 - mu)                 momentum
///     u = lerp(g, m, mu)                     Nesterov's look ahead
///     W = (1 - lr wd) W - lr s NS(u)         NS: all singular values near 1;  s: by shape
///
/// Parts of it can be taken out, to see what they are worth: without Nesterov `u = m`, with momentum 0
/// `u = g` (spectral descent), and there are other ways to decay and to orthogonalize.
///
/// Keller Jordan, "Muon: An optimizer for hidden layers in neural networks" (2024). Weights are
/// `[outputs, inputs]`.
public struct Muon: UpdateRule {
  /// The name in records and configuration files.
  public static let name = "muon"
  /// The momentum; the orthogonalization has a part of its own.
  public static let part = OperationPart.momentum

  /// The learning rate before any schedule.
  public var learningRate: Double
  /// The decay; decoupled, it goes by the scheduled learning rate without the scale.
  public var weightDecay: Double
  /// What the decay acts on.
  public var decay: Decay
  /// The share of the past in the momentum, after its warm-up: `mu`.
  public var momentum: Double
  /// How the momentum rises to its value; nil when it has it from the start.
  public var momentumWarmup: MomentumWarmup?
  /// Whether the momentum looks ahead by another share of the gradient.
  public var nesterov: Bool
  /// How the step depends on the shape.
  public var scale: Scale
  /// How to orthogonalize.
  public var orthogonalization: Orthogonalization
  /// The iteration, where that is how.
  public var newtonSchulz: NewtonSchulz
  /// The arithmetic of the orthogonalization's products.
  public var newtonSchulzPrecision: Precision

  /// Creates a rule.
  public init(
    learningRate: Double, weightDecay: Double, decay: Decay = .decoupled, momentum: Double = 0.95,
    momentumWarmup: MomentumWarmup? = nil, nesterov: Bool = true, scale: Scale = .spectral,
    orthogonalization: Orthogonalization = .newtonSchulz, newtonSchulz: NewtonSchulz = .jordan,
    newtonSchulzPrecision: Precision = .float32
  ) {
    self.learningRate = learningRate
    self.weightDecay = weightDecay
    self.decay = decay
    self.momentum = momentum
    self.momentumWarmup = momentumWarmup
    self.nesterov = nesterov
    self.scale = scale
    self.orthogonalization = orthogonalization
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

  /// The work of the orthogonalization; the rest is small.
  public func operations(elements: Int, of shape: Shape) -> Double {
    switch orthogonalization {
    case .newtonSchulz:
      newtonSchulz.operations(rows: shape[0], columns: shape[1], newtonSchulzPrecision)
    case .singularValues: PolarFactor.operations(rows: shape[0], columns: shape[1])
    }
  }

  /// Decoupled decay; 1 with the other kind.
  public func shrinkage(at step: UpdateStep) -> Float {
    decay == .decoupled ? decoupledShrinkage(at: step) : 1
  }

  /// Moves a matrix.
  public func update(
    _ parameter: Parameter, elements: Range<Int>, gradient: Tensor, state: RuleState,
    at step: UpdateStep
  ) {
    require(
      elements == 0..<parameter.shape.count && gradient.shape == parameter.shape,
      "Muon: elements \(elements), gradient \(gradient.shape) for \(parameter.shape)")
    let ahead = Tensor(uninitialized: parameter.shape)
    kernel_momentum(
      decayed(gradient, by: parameter.value).pointer, state["momentum"].pointer, ahead.pointer,
      parameter.shape.count, Float(momentum(at: step.progress)))
    let update = nesterov ? ahead : Tensor(shape: ahead.shape, storage: state["momentum"].storage)
    OperationClock.lap(Self.name, Self.part, .update)
    let rate = step.factor * learningRate * scaleFactor(for: parameter.shape)
    orthogonalize(
      update, into: parameter.storage.pointer, scale: Float(-rate), retained: shrinkage(at: step))
  }

  /// The gradient that the momentum takes in: with coupled decay, that of the decay belongs to it.
  func decayed(_ gradient: Tensor, by weights: Tensor) -> Tensor {
    guard decay == .coupled else { return gradient }
    let sum = Tensor(shape: gradient.shape, storage: gradient.storage.copy())
    kernel_add_scaled(Float(weightDecay), weights.pointer, sum.pointer, sum.shape.count)
    return sum
  }

  /// Sets `output = scale O + retained output`, O being `matrix` orthogonalized.
  private func orthogonalize(
    _ matrix: Tensor, into output: UnsafeMutablePointer<Float>, scale: Float, retained: Float
  ) {
    switch orthogonalization {
    case .newtonSchulz:
      newtonSchulz.orthogonalize(
        matrix, by: NewtonSchulz.Form(for: matrix.shape), newtonSchulzPrecision, into: output,
        scale: scale, retained: retained)
      OperationClock.lap("newtonSchulz", .newtonSchulz, .update)
    case .singularValues:
      PolarFactor.orthogonalize(matrix, into: output, scale: scale, retained: retained)
      OperationClock.lap("polarFactor", .otherRules, .update)
    }
  }
}

extension Muon: OrthogonalizingRule {
  /// The momentum, with Nesterov's look ahead unless it is left out.
  public func orthogonalizationInput(
    gradient: Tensor, weights: Tensor, state: RuleState, at step: UpdateStep
  ) -> Tensor {
    let momentum = Tensor(state["momentum"].elements, shape: gradient.shape)
    guard nesterov else { return momentum }
    let gradient = decayed(gradient, by: weights)
    let share = Float(self.momentum(at: step.progress))
    return gradient + (momentum - gradient).scaled(by: share)
  }
}
