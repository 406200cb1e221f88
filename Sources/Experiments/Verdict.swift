import Autograd
import Runs
import Statistics
import Text

/// What a comparison found: the content of `speedrun compare --json`.
package struct Verdict: Codable, Sendable {
  /// A loss over the seeds of an arm.
  package struct Loss: Codable, Equatable, Sendable {
    package let mean: Double
    /// Null of one seed, like the interval.
    @OrNull package var standardDeviation: Double?
    /// Of 95 %, by Student's t.
    @OrNull package var interval: ConfidenceInterval?

    package init(_ losses: Sample) {
      mean = losses.mean
      standardDeviation = losses.standardDeviation
      interval = losses.interval()
    }

    enum CodingKeys: String, CodingKey {
      case mean, interval
      case standardDeviation = "standard_deviation"
    }
  }

  /// Where an arm has reached the target.
  package struct Stop: Codable, Equatable, Sendable {
    package let step: Int
    /// The validation before, where it was not yet shown.
    package let previousStep: Int
    package let loss: Loss
    /// Of a mean as low as this if the true one were the target.
    package let probability: Double
    package let tokens: Int
    /// The mean training time until then, without pauses and interrupted runs.
    package let seconds: Double
    /// The same with them; absent where there were none.
    package var rawSeconds: Double?

    enum CodingKeys: String, CodingKey {
      case step, loss, tokens, seconds
      case previousStep = "previous_step"
      case probability = "p"
      case rawSeconds = "raw_seconds"
    }
  }

  /// An arm by itself.
  package struct ArmResult: Codable, Sendable {
    package let name: String
    package let optimizer: String
    package let settings: [String]
    /// Of the whole schedule, as are tokens, seconds and the optimizer's share.
    package let steps: Int
    package let tokens: Int
    package let trainSeconds: Double
    /// The same without pauses; absent where there was none.
    package var steadyTrainSeconds: Double?
    /// Of the time without pauses.
    package let optimizerShare: Double
    @OrNull package var finalLoss: Loss?
    @OrNull package var stop: Stop?
    /// Why there can be no verdict on it, in words.
    @OrNull package var shortfall: String?
    /// How many more seeds a verdict needs; null when none are needed, or none would help.
    @OrNull package var moreSeeds: Int?
    /// The step at which each seed crosses the target; absent unless seeds were added for a question.
    package var arrivals: [Double?]?

    enum CodingKeys: String, CodingKey {
      case name, optimizer, settings, steps, tokens, stop, shortfall, arrivals
      case trainSeconds = "train_seconds"
      case steadyTrainSeconds = "steady_train_seconds"
      case optimizerShare = "optimizer_share"
      case finalLoss = "final_loss"
      case moreSeeds = "more_seeds"
    }
  }

  /// What may be said of an arm against the baseline.
  package struct Pair: Codable, Sendable {
    package let arm: String
    package let baseline: String
    /// Null when there is no verdict.
    @OrNull package var ratios: StopRatios?
  }

  /// What losses are, where they are no nats per token.
  package enum Measure: String, Codable, Sendable {
    /// The share of images whose class was not found; the target is one too.
    case error
  }

  package let track: String
  package let target: Double
  /// What the target is a number of, and every loss; absent of nats per token.
  package var measure: Measure?
  package let precision: Precision
  package let seeds: [UInt64]
  package let validationEvery: Int
  /// The same in the last fifth of a schedule; null for no difference.
  @OrNull package var validationEveryLate: Int?
  /// Of the stop rule.
  package let significance: Double
  /// Of the intervals of ratios, from this many resamples.
  package let confidence: Double
  package let resamples: Int
  /// The baseline first.
  package let arms: [ArmResult]
  package let verdicts: [Pair]
  /// What seeds were added for until it was answered; absent where their number was given, like the answers.
  package var question: DecisionRule?
  /// Of every arm against the baseline.
  package var decisions: [Decision]?
  /// Of all runs.
  package let compute: ExperimentRecord.Compute
  package let warnings: [String]

  enum CodingKeys: String, CodingKey {
    case track, target, measure, precision, seeds, significance, confidence, resamples, arms,
      verdicts
    case compute, warnings, question, decisions
    case validationEvery = "val_every"
    case validationEveryLate = "val_every_late"
  }

  /// Whether nothing is in the way of a verdict.
  package var isDecided: Bool {
    decisions?.allSatisfy(\.isAnswered) ?? arms.allSatisfy { $0.shortfall == nil }
  }

  /// How many more seeds all arms need, which share them; nil when no number would help, or none is
  /// needed.
  package var moreSeeds: Int? {
    if let decisions { return decisions.compactMap(\.moreSeeds).max() }
    let short = arms.filter { $0.shortfall != nil }
    let needed = short.compactMap(\.moreSeeds)
    return needed.count == short.count ? needed.max() : nil
  }
}

extension Verdict {
  /// Evaluates arms on the same seeds, the baseline first; each has at least one run.
  package init(
    of arms: [(arm: Arm, runs: [FinishedRun])], on track: Track, precision: Precision,
    question: DecisionRule? = nil
  ) {
    let target = track.goal?.threshold ?? .nan
    let rule = StopRule(target: target)
    let bootstrap = Bootstrap()
    // Where seeds are added, seconds are those of the first.
    let timed = arms.map { question == nil ? $0.runs : Array($0.runs.prefix(1)) }
    let times = ComparableTimes(of: timed)
    let curves = arms.map { times.curves(of: $0.runs) }
    var results = arms.indices.map { index in
      ArmResult(
        arms[index].arm, arms[index].runs, timed: times.comparable(arms[index].runs),
        curves[index], rule,
        tokensPerStep: track.batch * track.model.context)
    }
    if question != nil {
      for index in arms.indices { results[index].arrivals = curves[index].arrivals(at: target) }
    }
    // The first seed of each arm has the machine to itself; what was interrupted says nothing of seconds.
    let stepTimes = arms.map { _, runs in
      runs.first.flatMap { run in
        run.record.isInterrupted
          ? nil : run.record.result.steadyTrainSeconds / Double(run.record.result.steps)
      } ?? .nan
    }
    let decisions = question.map { question in
      arms.indices.dropFirst().map { index in
        question.decide(
          (results[index].name, curves[index]), against: (results[0].name, curves[0]),
          target: target, comparisons: arms.count - 1,
          stepTime: times.areThere ? (stepTimes[index] / stepTimes[0]).ifFinite : nil)
      }
    }
    let verdicts = arms.indices.dropFirst().map { index in
      let isDecided = results[0].shortfall == nil && results[index].shortfall == nil
      return Pair(
        arm: results[index].name, baseline: results[0].name,
        ratios: isDecided
          ? rule.ratios(of: curves[index], to: curves[0], bootstrap: bootstrap) : nil)
    }
    let records = arms.flatMap(\.runs).map(\.record)
    self.init(
      track: track.title, target: target, measure: track.isOfImages ? .error : nil,
      precision: precision, seeds: curves.first?.seeds ?? [],
      validationEvery: track.valEvery, validationEveryLate: track.valEveryLate,
      significance: rule.significance, confidence: bootstrap.confidence,
      resamples: bootstrap.resamples, arms: results, verdicts: verdicts,
      question: question, decisions: decisions,
      compute: ExperimentRecord.Compute(records),
      warnings: Self.warnings(
        about: records.map(\.environment),
        timed: times.areThere ? [] : timed.joined().map(\.machine))
        + zip(arms, timed).compactMap { arm, runs in Self.warning(aboutPausesOf: arm.arm, runs) }
        + arms.flatMap { arm, runs in times.warnings(about: arm, runs) })
  }

  /// What makes numbers of different runs hard to compare, in words.
  private static func warnings(
    about environments: [Environment], timed: [ExperimentRecord.Machine]
  ) -> [String] {
    let machines = Set(timed.map(\.text))
    let commits = Set(environments.map { $0.git.commit ?? "unknown" })
    var warnings: [String] = []
    if machines.count > 1 {
      warnings.append(
        "the runs' seconds do not compare: \(machines.sorted().joined(separator: "; "))")
    }
    if commits.count > 1 {
      warnings.append(
        "the runs are by different versions of this program: "
          + commits.map { $0.prefix(8) }.sorted().joined(separator: ", "))
    }
    return warnings
  }
}

extension Verdict {
  /// Says which steps of an arm stood still; nil where none did.
  private static func warning(aboutPausesOf arm: Arm, _ runs: [FinishedRun]) -> String? {
    let paused = runs.filter { $0.record.result.pauses != nil }
    guard !paused.isEmpty else { return nil }
    let places = paused.map { run in
      "seed \(run.trial.seed) for \(run.record.result.pausesText ?? "")"
    }
    return
      "\(arm.name) stood still, \(places.joined(separator: "; ")); where seconds are compared, such a step "
      + "counts as the median step"
  }
}

extension Verdict.ArmResult {
  fileprivate init(
    _ arm: Arm, _ runs: [FinishedRun], timed: [FinishedRun], _ curves: ArmCurves, _ rule: StopRule,
    tokensPerStep: Int
  ) {
    let results = runs.map(\.record.result)
    func mean(_ value: (RunRecord.Result) -> Double) -> Double {
      Sample(timed.map(\.record.result).map(value)).mean
    }
    let steps = runs[0].record.configuration.training.steps
    let finalLosses = results.compactMap { result in
      result.finalValAccuracy.map { 1 - $0 } ?? result.finalValLoss
    }
    let shortfall = rule.shortfall(of: curves)
    let isPaused = results.contains { $0.pauses != nil }
    let isRaw = isPaused || results.contains { $0.interruptions != nil }
    func rawSeconds(until step: Int) -> Double {
      Sample(
        timed.compactMap { run in
          run.log.validations.first { $0.step == step }?.trainSeconds
        }
      ).mean
    }
    self.init(
      name: arm.name, optimizer: arm.optimizer, settings: arm.settings.map(\.text), steps: steps,
      tokens: steps * tokensPerStep, trainSeconds: mean(\.trainSeconds),
      steadyTrainSeconds: isPaused ? mean(\.steadyTrainSeconds) : nil,
      // A run that diverges at once takes no time.
      optimizerShare: (mean(\.steadyOptimizerSeconds) / mean(\.steadyTrainSeconds)).ifFinite ?? 0,
      finalLoss: finalLosses.count == results.count
        ? Verdict.Loss(Sample(finalLosses)) : nil,
      stop: rule.stop(of: curves).flatMap { index in
        let losses = curves.losses(at: index)
        return TTest(losses, isBelow: rule.target).map { test in
          Verdict.Stop(
            step: curves.steps[index], previousStep: index == 0 ? 0 : curves.steps[index - 1],
            loss: Verdict.Loss(losses), probability: test.probability,
            tokens: curves.steps[index] * tokensPerStep, seconds: curves.seconds(at: index).mean,
            rawSeconds: isRaw ? rawSeconds(until: curves.steps[index]) : nil)
        }
      },
      shortfall: shortfall?.text(target: rule.target, seeds: curves.seeds.count),
      moreSeeds: shortfall?.moreSeeds)
  }
}
