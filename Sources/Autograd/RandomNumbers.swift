import Foundation

/// A small, fast, seeded random source whose sequence is the same on every machine.
///
/// Steele, Lea and Flood, "Fast splittable pseudorandom number generators" (OOPSLA 2014). Weights,
/// batch order and sampling all draw from it, so a seed means the same run everywhere.
public struct SplitMix64: RandomNumberGenerator, Sendable {
  private var state: UInt64

  /// Creates a source that starts from `seed`.
  public init(seed: UInt64) {
    state = seed
  }

  /// Returns the next 64 random bits.
  public mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var z = state
    z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
    z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
    return z ^ (z >> 31)
  }

  /// Returns a number uniform in `0..<1`, with 53 random bits.
  public mutating func uniform() -> Double {
    Double(next() >> 11) * 0x1p-53
  }
}

/// How the first values of a parameter are drawn.
public enum Initializer: Hashable, Sendable {
  /// All zero.
  case zeros
  /// Normally distributed around zero with the given standard deviation.
  case normal(deviation: Double)
  /// Normally distributed around zero with variance `scale / inputs`, for a weight `[outputs, inputs]`.
  case normalFanIn(scale: Double)

  func fill(_ buffer: UnsafeMutableBufferPointer<Float>, shape: Shape, seed: UInt64, name: String) {
    switch self {
    case .zeros:
      buffer.update(repeating: 0)
    case .normal(let deviation):
      Self.fillNormally(buffer, deviation: deviation, seed: seed, name: name)
    case .normalFanIn(let scale):
      let deviation = (scale / Double(max(shape.columns, 1))).squareRoot()
      Self.fillNormally(buffer, deviation: deviation, seed: seed, name: name)
    }
  }

  /// Fills in pairs by the Box-Muller transform, from a stream of the parameter's own.
  private static func fillNormally(
    _ buffer: UnsafeMutableBufferPointer<Float>, deviation: Double, seed: UInt64, name: String
  ) {
    var mixer = SplitMix64(seed: seed)
    var random = SplitMix64(seed: mixer.next() ^ stableHash(name))
    for start in stride(from: 0, to: buffer.count, by: 2) {
      let radius = deviation * (-2 * log(1 - random.uniform())).squareRoot()
      let angle = 2 * Double.pi * random.uniform()
      buffer[start] = Float(radius * cos(angle))
      if start + 1 < buffer.count { buffer[start + 1] = Float(radius * sin(angle)) }
    }
  }

  /// The 64-bit FNV-1a hash of a name: unlike `Hasher`, the same in every process.
  private static func stableHash(_ name: String) -> UInt64 {
    name.utf8.reduce(0xcbf2_9ce4_8422_2325) { ($0 ^ UInt64($1)) &* 0x100_0000_01b3 }
  }
}
