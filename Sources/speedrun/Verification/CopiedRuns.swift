extension RunsOutcome {
  /// Notes the runs that are another one under another seed: a lucky run counted twice.
  ///
  /// The seed decides the initial weights, and no two of them train to the same losses. The loss before the
  /// first step says nothing: with a head of zeros it is that of guessing, whatever the seed.
  mutating func checkCopies() {
    for (index, run) in runs.enumerated() {
      let trial = run.run.trial
      let others = runs[..<index].filter { other in
        let same = other.run.trial
        return same.optimizer == trial.optimizer && same.settings == trial.settings
          && same.seed != trial.seed
      }
      for other in others {
        let name =
          run.replay.hasLosses(of: other.replay, validations: true)
          ? "validation"
          : run.replay.hasLosses(of: other.replay, validations: false) ? "training" : nil
        guard let name else { continue }
        findings.add(
          "\(run.path)/log.jsonl",
          "its \(name) losses are those of \(other.path), which has another seed")
      }
    }
  }
}

extension LogReplay {
  /// Whether all losses after the first step are another run's; of none at all it cannot be said.
  fileprivate func hasLosses(of other: LogReplay, validations: Bool) -> Bool {
    func values(_ replay: LogReplay) -> [Double] {
      replay.losses.filter { $0.isValidation == validations && $0.step > 0 }.compactMap(\.value)
    }
    let own = values(self)
    return !own.isEmpty && own == values(other)
  }
}
