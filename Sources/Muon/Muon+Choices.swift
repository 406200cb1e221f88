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
