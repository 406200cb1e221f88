import Autograd

extension Muon {
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

  /// What weight decay acts on.
  public enum Decay: String, Codable, CaseIterable, Hashable, Sendable {
    /// The weights, by the scheduled learning rate: `W = (1 - lr wd) W`.
    case decoupled
    /// The gradient, before the momentum: `g = g + wd W`, the gradient of `wd |W|^2 / 2`.
    ///
    /// Orthogonalization keeps of it the direction only.
    case coupled
  }

  /// What stands for orthogonalization.
  public enum Orthogonalization: String, Codable, CaseIterable, Hashable, Sendable {
    /// Newton-Schulz iteration: singular values near 1, by matrix products only.
    case newtonSchulz = "newton-schulz"
    /// ``PolarFactor``: singular values of 1, by a singular value decomposition in float32.
    case singularValues = "svd"
  }
}

/// A momentum that rises linearly to its value over the first updates.
public struct MomentumWarmup: Codable, Hashable, Sendable {
  /// The momentum of the first update.
  public var from: Double
  /// The number of updates until the momentum has its value.
  public var steps: Int

  /// Creates a warm-up.
  public init(from: Double, steps: Int) {
    self.from = from
    self.steps = steps
  }

  var problem: String? {
    if !(0..<1).contains(from) { return "momentum_warmup.from \(from) is not in 0..<1" }
    return steps >= 0 ? nil : "momentum_warmup.steps \(steps) is negative"
  }
}

extension Muon {
  enum CodingKeys: String, CodingKey {
    case learningRate = "learning_rate"
    case weightDecay = "weight_decay"
    case decay, momentum, nesterov, scale, orthogonalization
    case momentumWarmup = "momentum_warmup"
    case newtonSchulz = "newton_schulz"
    case newtonSchulzPrecision = "newton_schulz_precision"
  }

  /// Decodes a rule; without `decay`, `nesterov` and `orthogonalization` it is the usual one.
  public init(from decoder: any Decoder) throws {
    let values = try decoder.container(keyedBy: CodingKeys.self)
    self.init(
      learningRate: try values.decode(Double.self, forKey: .learningRate),
      weightDecay: try values.decode(Double.self, forKey: .weightDecay),
      decay: try values.decodeIfPresent(Decay.self, forKey: .decay) ?? .decoupled,
      momentum: try values.decode(Double.self, forKey: .momentum),
      momentumWarmup: try values.decodeIfPresent(MomentumWarmup.self, forKey: .momentumWarmup),
      nesterov: try values.decodeIfPresent(Bool.self, forKey: .nesterov) ?? true,
      scale: try values.decode(Scale.self, forKey: .scale),
      orthogonalization: try values.decodeIfPresent(
        Orthogonalization.self, forKey: .orthogonalization) ?? .newtonSchulz,
      newtonSchulz: try values.decode(NewtonSchulz.self, forKey: .newtonSchulz),
      newtonSchulzPrecision: try values.decode(Precision.self, forKey: .newtonSchulzPrecision))
  }

  /// Encodes the rule, leaving out `decay`, `nesterov` and `orthogonalization` where they are the usual ones.
  ///
  /// Records of the same numbers are the same, whether they were made before or after there was a choice.
  public func encode(to encoder: any Encoder) throws {
    var values = encoder.container(keyedBy: CodingKeys.self)
    try values.encode(learningRate, forKey: .learningRate)
    try values.encode(weightDecay, forKey: .weightDecay)
    if decay != .decoupled { try values.encode(decay, forKey: .decay) }
    try values.encode(momentum, forKey: .momentum)
    try values.encodeIfPresent(momentumWarmup, forKey: .momentumWarmup)
    if !nesterov { try values.encode(nesterov, forKey: .nesterov) }
    try values.encode(scale, forKey: .scale)
    if orthogonalization != .newtonSchulz {
      try values.encode(orthogonalization, forKey: .orthogonalization)
    }
    try values.encode(newtonSchulz, forKey: .newtonSchulz)
    try values.encode(newtonSchulzPrecision, forKey: .newtonSchulzPrecision)
  }
}
