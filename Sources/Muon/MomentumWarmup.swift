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
