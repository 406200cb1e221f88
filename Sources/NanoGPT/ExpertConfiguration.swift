extension GPTConfiguration {
  /// What determines a ``MixtureOfExperts``, nothing left to defaults.
  public struct Experts: Hashable, Sendable {
    /// The experts that are chosen from; the shared one is not among them.
    public let count: Int
    /// How many of them a token takes.
    public let active: Int
    /// The width inside each of them, and inside the shared one.
    public let width: Int
    /// How far an expert's bias moves in a step, before any schedule.
    public let balanceRate: Double
  }

  /// The experts in every block; nil for a model with one MLP for all tokens.
  public var mixture: Experts? {
    guard let experts, let expertsActive else { return nil }
    return Experts(
      count: experts, active: expertsActive,
      width: expertWidth ?? max(1, hiddenDimension / (expertsActive + 1)),
      balanceRate: balanceRate ?? Self.usualBalanceRate)
  }

  /// Where no rate is given: for runs of a few hundred steps.
  ///
  /// DeepSeek-V3 has 0.001, for far longer ones.
  public static let usualBalanceRate = 0.03

  /// What is wrong with the keys of experts, in words; nil when nothing is.
  var problemOfExperts: String? {
    guard let experts, let expertsActive else {
      if experts != nil || expertsActive != nil {
        return "experts and experts_active go together: one is missing"
      }
      if expertWidth != nil || balanceRate != nil {
        return "expert_width and balance_rate are for a model with experts"
      }
      return nil
    }
    if !(1...Self.mostExperts).contains(experts) {
      return "experts \(experts) is not in 1...\(Self.mostExperts)"
    }
    if !(1...experts).contains(expertsActive) {
      return "experts_active \(expertsActive) is not in 1...\(experts), the number of experts"
    }
    if let expertWidth, !(1...Self.largestExtent).contains(expertWidth) {
      return "expert_width \(expertWidth) is not in 1...\(Self.largestExtent)"
    }
    if let balanceRate, !(balanceRate >= 0 && balanceRate.isFinite) {
      return "balance_rate \(balanceRate) is not a number of at least 0"
    }
    if context > Self.longestContextOfExperts {
      return "context \(context) is above \(Self.longestContextOfExperts), too long for experts"
    }
    return nil
  }

  private static let mostExperts = 1024
  /// Tokens are sent to experts by numbers of 16 bits.
  private static let longestContextOfExperts = 1 << 16
}
