import Autograd

extension Initializer {
  /// How modded-nanogpt draws the matrices inside a block that are not zero at first: with variance
  /// `0.33 / inputs`, close to that of the uniform distribution within `±1 / sqrt(inputs)`.
  static let hidden = normalFanIn(scale: 0.33)
}
