import Autograd

extension SplitMix64 {
  /// Returns `count` numbers uniform in -1...1.
  public mutating func floats(_ count: Int) -> [Float] {
    (0..<count).map { _ in Float(2 * uniform() - 1) }
  }
}
