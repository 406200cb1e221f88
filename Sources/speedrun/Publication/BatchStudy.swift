/// Steps and seconds to a loss at several sizes of the batch.
package struct BatchStudy: Sendable {
  /// One size.
  package struct Size: Sendable {
    /// The name of its record.
    package let name: String
    package let tokens: Int
    package let target: Double
    package let arms: [Arm]
    package let overhead: NewtonSchulzOverhead

    package func arm(_ optimizer: Contestant) -> Arm? { arms.first { $0.optimizer == optimizer } }

    /// Muon's steps over AdamW's.
    package var stepsRatio: Double? { ratio { $0.steps.value } }

    /// Muon's seconds over AdamW's.
    package var secondsRatio: Double? { ratio(\.seconds) }

    /// What the seconds would be if all operations took equally long.
    package var predictedSecondsRatio: Double? {
      stepsRatio.map { $0 * (1 + overhead.ratio(tokens: tokens)) }
    }

    private func ratio(_ value: (Arm) -> Double?) -> Double? {
      guard let muon = arm(.muon).flatMap(value), let adamw = arm(.adamw).flatMap(value) else {
        return nil
      }
      return muon / adamw
    }
  }

  /// What one arm took.
  package struct Arm: Sendable {
    package let name: String
    package let optimizer: Contestant
    /// The best of what was searched, but for the number of steps.
    package let settings: [String]
    package let steps: LossByLength.Steps
    package let secondsPerStep: Double
    /// Of the training time.
    package let optimizerShare: Double

    /// The training time to the target.
    package var seconds: Double? { steps.value.map { $0 * secondsPerStep } }

    /// The optimizer's time over that of forward and backward.
    package var overhead: Double { optimizerShare / (1 - optimizerShare) }
  }

  /// Ascending by tokens.
  package let sizes: [Size]
}

extension BatchStudy.Arm {
  /// Reads off the trials that differ from the last one in nothing but the number of steps.
  fileprivate init?(_ arm: SweepResult.Arm, _ lines: [TrialLine], target: Double) {
    func others(_ line: TrialLine) -> [String] {
      line.settings.filter { !$0.hasPrefix("steps=") }.sorted()
    }
    let own = lines.filter { $0.arm == arm.name }
    guard let last = own.last else { return nil }
    let lengths = own.filter { others($0) == others(last) && $0.outcome != .diverged }
    let losses = lengths.compactMap { line in line.finalValLoss.map { (line.steps, $0) } }
    let seconds = lengths.reduce(0) { $0 + $1.trainSeconds }
    guard !losses.isEmpty, seconds > 0 else { return nil }
    name = arm.name
    optimizer = arm.optimizer
    settings = others(last).filter { setting in
      arm.keys.contains { $0 != "steps" && setting.hasPrefix("\($0)=") }
    }
    steps = LossByLength(losses).steps(to: target)
    secondsPerStep = seconds / Double(lengths.reduce(0) { $0 + $1.steps })
    optimizerShare = lengths.reduce(0) { $0 + $1.optimizerSeconds } / seconds
  }
}

extension [Experiment] {
  /// The study of batch sizes, if there are records of it.
  package var batchStudy: BatchStudy? {
    let sizes = sweeps(.batch).compactMap { experiment, result, lines -> BatchStudy.Size? in
      let track = experiment.record.track
      guard let target = track.target else { return nil }
      return BatchStudy.Size(
        name: experiment.name, tokens: track.batch * track.model.context, target: target,
        arms: result.arms.compactMap { BatchStudy.Arm($0, lines, target: target) },
        overhead: NewtonSchulzOverhead(track.configuration))
    }
    return sizes.isEmpty
      ? nil : BatchStudy(sizes: sizes.sorted { ($0.tokens, $0.name) < ($1.tokens, $1.name) })
  }
}
