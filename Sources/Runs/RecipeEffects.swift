import Muon

extension Recipe {
  /// Why a model trained by this would be the one it was before, in words; nil when it would not.
  func standstill(of model: Track.Model) -> String? {
    if rules.allSatisfy({ $0.rule.rule.isStill }) {
      let keys = rules.map { "\($0.group).learning_rate" }
      return
        "\(keys.joined(separator: ", ")) are 0 in float32, so the run would end where it began; "
        + "raise one"
    }
    // Nothing flows back through a head of zeros: with it, all else would stay as it is.
    if model.isGPT || model.kind == Track.Model.convnet, head.isStill {
      return
        "head.learning_rate \(head.learningRate) is 0 in float32, and the head starts at zero, "
        + "so the run would end where it began; raise it"
    }
    return nil
  }

  /// What is allowed but suspicious, in words.
  package var warnings: [String] {
    let frozen = rules.filter { $0.rule.rule.isStill }.map { group, rule in
      "\(group).learning_rate is \(rule.rule.learningRate): what it moves stays as it is"
    }
    let start = UpdateStep(progress: TrainingProgress(0, of: steps), factor: 1, number: 1)
    let reversed = rules.filter { $0.rule.rule.shrinkage(at: start) <= 0 }.map { group, rule in
      "\(group): learning_rate \(rule.rule.learningRate) times weight_decay "
        + "\(rule.rule.weightDecay) is at least 1, so every update forgets the weights"
    }
    let peak = schedule.peak(over: steps)
    let overlap =
      peak > 0.99
      ? []
      : [
        "schedule: warm-up and cooldown overlap, so no learning rate gets above "
          + "\(Setting.short(peak)) of its value"
      ]
    return frozen + reversed + overlap
  }
}
