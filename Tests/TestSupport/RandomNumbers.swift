import Autograd
import Foundation

extension SplitMix64 {
  /// Returns `count` numbers uniform in -1...1.
  public mutating func floats(_ count: Int) -> [Float] {
    (0..<count).map { _ in Float(2 * uniform() - 1) }
  }

  /// Returns a number from the standard normal distribution.
  public mutating func normal() -> Double {
    (-2 * log(1 - uniform())).squareRoot() * cos(2 * .pi * uniform())
  }
}
