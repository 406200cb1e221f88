import Runs

/// A comparison whose seeds are added until its question is answered.
package struct SeedSeries {
  /// With all the seeds it may come to.
  private var whole: Experiment
  private var isOver = false
  /// The seeds that every arm has finished, from the first on without a gap.
  package private(set) var seedCount = 0

  package init(_ whole: Experiment) {
    self.whole = whole
  }

  /// The next trial of the first seed or, after it, of the further ones; nil when none is needed, or none can start now.
  package mutating func next(
    ofFirstSeed isFirst: Bool
  ) throws -> (trial: Trial, run: FinishedRun?)? {
    guard !isOver else { return nil }
    let first = whole.request.seeds[0]
    return try whole.next { trial in !isFirst || trial.seed == first }
  }

  /// Notes a run; returns what is known when it completes a seed, else nil.
  package mutating func note(_ run: FinishedRun) throws -> [Decision]? {
    try whole.note(run)
    let count = whole.request.seeds.prefix { seed in whole.hasFinished(seed: seed) }.count
    guard count > seedCount else { return nil }
    seedCount = count
    let decisions = try experiment().verdict().decisions ?? []
    isOver = decisions.allSatisfy { $0.answer != .open } || count == whole.request.seeds.count
    return decisions
  }

  /// The comparison on the seeds that every arm has finished.
  package func experiment() throws -> Experiment {
    var request = whole.request
    request.seeds = Array(request.seeds.prefix(max(1, seedCount)))
    var experiment = try Experiment(request, in: whole.directory, like: whole)
    for run in whole.finished where request.seeds.contains(run.trial.seed) {
      try experiment.note(run)
    }
    return experiment
  }
}
