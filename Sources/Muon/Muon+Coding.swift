import Autograd

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
