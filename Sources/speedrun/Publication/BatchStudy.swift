import Autograd
import Experiments
import Muon
import Runs
import Statistics

/// Steps and seconds to a loss at several sizes of the batch.
package struct BatchStudy: Sendable {
  /// One size.
  package struct Size: Sendable {
    /// The name of its record.
    package let name: String
    package let tokens: Int
    package let target: Double
    package let precision: Precision
    package let seeds: Int
    package let arms: [Arm]
    /// Of Muon's arm; nil without Newton-Schulz.
    package let overhead: NewtonSchulzOverhead?

    package func arm(_ optimizer: String) -> Arm? { arms.first { $0.optimizer == optimizer } }

    /// Muon's steps over AdamW's.
    package var stepsRatio: Double? { ratio { $0.steps.value } }

    /// Muon's seconds over AdamW's.
    package var secondsRatio: Double? { ratio(\.seconds) }

    /// What the seconds would be if all operations took equally long.
    package var predictedSecondsRatio: Double? {
      guard let stepsRatio, let overhead else { return nil }
      return stepsRatio * (1 + overhead.ratio(tokens: tokens))
    }

    private func ratio(_ value: (Arm) -> Double?) -> Double? {
      guard let muon = arm("muon").flatMap(value), let adamw = arm("adamw").flatMap(value) else {
        return nil
      }
      return muon / adamw
    }
  }

  /// What one arm took.
  package struct Arm: Sendable {
    package let name: String
    package let optimizer: String
    /// The best of what was searched, but for the number of steps.
    package let settings: [String]
    /// The keys among them whose best value is the lowest or the highest that was tried.
    package let edges: Set<String>
    package let steps: LossByLength.Steps
    package let time: Time?
    /// The rule of the matrices inside the blocks; nil when it is not Muon.
    package let muon: Muon?

    /// The training time to the target.
    package var seconds: Double? {
      guard let steps = steps.value, let time else { return nil }
      return steps * time.secondsPerStep
    }
  }

  /// What the steps of an arm took when nothing ran beside them: medians over its trials, as one may have been
  /// disturbed all the same.
  package struct Time: Sendable {
    package let secondsPerStep: Double
    /// Of the training time.
    package let optimizerShare: Double

    /// The optimizer's time over that of forward and backward.
    package var overhead: Double { optimizerShare / (1 - optimizerShare) }
  }

  /// Ascending by tokens.
  package let sizes: [Size]

  /// Whether the seconds of every size are a result.
  package var isTimed: Bool { sizes.allSatisfy { $0.arms.allSatisfy { $0.time != nil } } }
}

extension BatchStudy.Time {
  fileprivate init?(_ lines: [TrialLine]) {
    let timed = lines.filter { $0.trainSeconds > 0 && $0.steps > 0 }
    guard let seconds = timed.map({ $0.trainSeconds / Double($0.steps) }).median,
      let share = timed.map({ $0.optimizerSeconds / $0.trainSeconds }).median
    else { return nil }
    (secondsPerStep, optimizerShare) = (seconds, share)
  }
}

extension BatchStudy.Arm {
  /// Reads off the trials that differ from the last one in nothing but the number of steps.
  fileprivate init?(
    _ arm: Ranking.Arm, _ lines: [TrialLine], _ record: ExperimentRecord, target: Double
  ) {
    func others(_ line: TrialLine) -> [String] {
      line.settings.filter { !$0.hasPrefix("steps=") }.sorted()
    }
    let own = lines.filter { $0.arm == arm.name }
    guard let last = own.last else { return nil }
    let lengths = own.filter { others($0) == others(last) && $0.outcome != .diverged }
    let losses = lengths.compactMap { line in line.finalValLoss.map { (line.steps, $0) } }
    guard !losses.isEmpty else { return nil }
    name = arm.name
    optimizer = arm.optimizer
    settings = others(last).filter { setting in
      arm.keys.contains { $0 != "steps" && setting.hasPrefix("\($0)=") }
    }
    edges = Set(arm.edges.map(\.key)).subtracting(["steps"])
    steps = LossByLength(losses).steps(to: target)
    time = record.hasComparableSeconds ? BatchStudy.Time(own) : nil
    let file = try? record.base.applying(try last.settings.map(Setting.init), for: arm.optimizer)
    muon = file?.recipes[arm.optimizer]?.muon
  }
}

extension [FinishedExperiment] {
  /// The study of batch sizes, if there are records of it.
  package var batchStudy: BatchStudy? {
    let sizes = sweeps(.batch).compactMap { experiment, result, lines -> BatchStudy.Size? in
      let record = experiment.record
      guard let target = record.track.target else { return nil }
      let arms = result.arms.compactMap { BatchStudy.Arm($0, lines, record, target: target) }
      return BatchStudy.Size(
        name: experiment.name, tokens: record.track.batch * record.track.model.context,
        target: target, precision: record.precision, seeds: record.seeds.count, arms: arms,
        overhead: arms.lazy.compactMap(\.muon).first.flatMap {
          NewtonSchulzOverhead(record.track.configuration, $0)
        })
    }
    return sizes.isEmpty
      ? nil : BatchStudy(sizes: sizes.sorted { ($0.tokens, $0.name) < ($1.tokens, $1.name) })
  }
}
