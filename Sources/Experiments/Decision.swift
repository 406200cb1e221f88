import Autograd
import Foundation
import Statistics
import Text

/// The question that seeds are added for until it is answered: whether an arm is faster than the baseline.
public struct DecisionRule: Codable, Hashable, Sendable {
  /// A difference of less than this share of the baseline's steps counts as none.
  public var within: Double
  /// How far the interval may reach to either side of the ratio, as a share of it; nil where it does not matter.
  public var precision: Double?
  /// With what probability an interval has the ratio in it, over all looks and all arms together.
  public var confidence = 0.95

  /// Creates the rule.
  public init(within: Double = 0.05, precision: Double? = nil) {
    (self.within, self.precision) = (within, precision)
  }

  /// What a comparison stands at.
  public enum Answer: String, Codable, Sendable {
    /// The arm needs fewer steps.
    case faster
    /// The arm needs more.
    case slower
    /// If there is a difference, it is smaller than one that counts.
    case alike
    /// More seeds are needed.
    case open
    /// A run did not reach the target: seeds cannot help.
    case missed
  }
}

/// What seeds, added one by one, have shown of an arm against the baseline.
///
/// A run's arrival is where its loss crosses the target, on the straight line between the validations before and
/// after. What is estimated is the ratio of arrivals on the same seed, by the mean of its logarithm over the seeds, with
/// the interval of a `ConfidenceSequence`: it holds at every look, so one may stop at the first that answers.
public struct Decision: Codable, Equatable, Sendable {
  /// The name of the arm.
  public let arm: String
  /// The name of the arm that it is compared with.
  public let baseline: String
  /// What the seeds answer.
  public let answer: DecisionRule.Answer
  /// Of the steps to the target; null before the first seed, and where a run missed it.
  @OrNull public var steps: Double?
  /// Null while nothing is known.
  @OrNull public var interval: ConfidenceInterval?
  /// The same of the seconds: steps times the time of one, by the runs that had the machine to themselves.
  @OrNull public var seconds: Double?
  /// How many more seeds an answer needs, if mean and spread stay what they are; null when that is not known.
  @OrNull public var moreSeeds: Int?
  /// The first seed whose run did not reach the target, and of which arm.
  @OrNull public var missed: Miss?

  /// A run that did not reach the target.
  public struct Miss: Codable, Equatable, Sendable {
    /// The name of its arm.
    public let arm: String
    /// Its seed.
    public let seed: UInt64

    /// Names the run.
    public init(arm: String, seed: UInt64) { (self.arm, self.seed) = (arm, seed) }
  }

  enum CodingKeys: String, CodingKey {
    case arm, baseline, answer, steps, interval, seconds, missed
    case moreSeeds = "more_seeds"
  }
}

extension DecisionRule {
  /// The least seeds that an answer needs: the spread of two says too little.
  static let leastSeeds = 3
  /// Beyond so many seeds, how many more are needed is not worth saying.
  private static let mostSeeds = 1000

  /// Judges an arm on the seeds that it shares with the baseline.
  ///
  /// - Parameters:
  ///   - arm: Its name and curves.
  ///   - baseline: The same of the baseline, on the same seeds.
  ///   - target: The loss to reach.
  ///   - comparisons: How many arms are judged, which share what may go wrong.
  ///   - stepTime: The ratio of the times of a step; nil where none is known.
  /// - Returns: What is known so far.
  public func decide(
    _ arm: (name: String, curves: ArmCurves), against baseline: (name: String, curves: ArmCurves),
    target: Double, comparisons: Int = 1, stepTime: Double? = nil
  ) -> Decision {
    func decision(
      _ answer: Answer, _ ratio: Double? = nil, _ interval: ConfidenceInterval? = nil,
      more: Int? = nil, missed: Decision.Miss? = nil
    ) -> Decision {
      Decision(
        arm: arm.name, baseline: baseline.name, answer: answer, steps: ratio, interval: interval,
        seconds: stepTime.flatMap { time in ratio.map { time * $0 } }, moreSeeds: more,
        missed: missed)
    }
    for side in [baseline, arm] {
      if let index = side.curves.arrivals(at: target).firstIndex(of: nil) {
        return decision(
          .missed, missed: Decision.Miss(arm: side.name, seed: side.curves.seeds[index]))
      }
    }
    let (own, reference) = (arm.curves.arrivals(at: target), baseline.curves.arrivals(at: target))
    let logarithms = Sample(zip(own, reference).map { log(($0 ?? .nan) / ($1 ?? .nan)) })
    let ratio = exp(logarithms.mean)
    let (answer, interval) = judge(logarithms, comparisons: comparisons)
    guard answer == .open else { return decision(answer, ratio, interval) }
    guard interval != nil, let deviation = logarithms.standardDeviation else {
      return decision(.open, ratio, more: Self.leastSeeds - logarithms.count)
    }
    let sequence = sequence(comparisons)
    let needed = (logarithms.count + 1..<Self.mostSeeds).first { count in
      let radius = sequence.quantile(of: count) * deviation / Double(count).squareRoot()
      return self.answer(logarithms.mean, radius) != .open
    }
    return decision(.open, ratio, interval, more: needed.map { $0 - logarithms.count })
  }

  /// What the logarithms of ratios answer, one for each seed, and the interval of the ratio; nil while nothing is known.
  public func judge(
    _ logarithms: Sample, comparisons: Int = 1
  ) -> (answer: Answer, interval: ConfidenceInterval?) {
    guard let range = sequence(comparisons).interval(of: logarithms), let upper = range.upper else {
      return (.open, nil)
    }
    return (
      answer(logarithms.mean, upper - logarithms.mean),
      ConfidenceInterval(lower: exp(range.lower), upper: exp(upper))
    )
  }

  private func sequence(_ comparisons: Int) -> ConfidenceSequence {
    ConfidenceSequence(confidence: 1 - (1 - confidence) / Double(comparisons))
  }

  /// What an interval answers, given its middle and its radius as logarithms.
  private func answer(_ middle: Double, _ radius: Double) -> Answer {
    let isAlike = exp(middle + radius) <= 1 + within && exp(middle - radius) >= 1 - within
    if let precision, exp(radius) > 1 + precision, !isAlike { return .open }
    if isAlike { return .alike }
    if middle + radius < 0 { return .faster }
    return middle - radius > 0 ? .slower : .open
  }
}

extension Decision {
  /// Whether more seeds would change nothing about the answer.
  package var isAnswered: Bool { answer != .open && answer != .missed }

  /// `muon 0.70x (0.64-0.77)`.
  package var shortText: String {
    guard let steps else { return "\(arm) -" }
    return "\(arm) \(Format.fixed(steps, 2))x"
      + (interval.map { " (\($0.ratioText))" } ?? "")
  }

  /// The line while seeds are added: `muon 0.70x (0.64-0.77) after 4 seeds, 2 more expected`.
  package func progress(seeds: Int) -> String {
    let next =
      switch answer {
      case .open: moreSeeds.map { "\($0) more expected" } ?? "no end in sight"
      case .missed: "the target was missed"
      case .faster, .slower, .alike: answer.rawValue
      }
    return "\(shortText) after \(Format.count(seeds, "seed")), \(next)"
  }

  /// What may be said in the end.
  package func sentence(_ rule: DecisionRule, seeds: Int) -> String {
    let after = "(\(Format.count(seeds, "seed")), \(Format.fixed(100 * rule.confidence, 0)) %)"
    func needs(_ what: String) -> String {
      let range = interval.map { " (\($0.ratioText))" } ?? ""
      let time = seconds.map { ", \(Format.fixed($0, 2))x of its seconds" } ?? ""
      return
        "\(arm) is \(what): it needs \(Format.fixed(steps ?? .nan, 2))x\(range) of \(baseline)'s "
        + "steps\(time) \(after)"
    }
    switch answer {
    case .faster: return needs("faster than \(baseline)")
    case .slower: return needs("slower than \(baseline)")
    case .alike:
      return
        "\(arm) and \(baseline) differ by less than \(Format.fixed(100 * rule.within, 0)) %, if at all: "
        + "\(shortText) of the steps \(after)"
    case .open:
      return "undecided: \(shortText) of \(baseline)'s steps after \(Format.count(seeds, "seed"))"
        + (moreSeeds.map { "; \(Format.count($0, "more seed")) would do, if mean and spread stay" }
          ?? "")
    case .missed:
      let (name, seed) = (missed?.arm ?? arm, missed.map { "\($0.seed)" } ?? "?")
      return
        "no verdict on \(arm) against \(baseline): \(name) does not reach the target with seed "
        + "\(seed): more steps or other settings might help, more seeds cannot"
    }
  }
}
