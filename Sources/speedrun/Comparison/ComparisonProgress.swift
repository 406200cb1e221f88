import Experiments
import Foundation
import Runs
import Text

/// What a comparison says while it runs: a line for each trial that ends.
struct ComparisonProgress {
  private let console: Console
  private let isQuiet: Bool
  private let total: Int
  private let parallel: Int
  private var ended = 0
  /// Of the trials that ran just now.
  private var wallSeconds: [Double] = []

  init(of trials: Int, parallel: Int, on console: Console, isQuiet: Bool) {
    (total, self.parallel, self.console, self.isQuiet) = (trials, parallel, console, isQuiet)
  }

  /// Notes a trial that has ended, whether now or long ago.
  mutating func add(_ run: FinishedRun, isNew: Bool) {
    let (trial, record) = (run.trial, run.record)
    ended += 1
    guard isNew else { return }
    wallSeconds.append(record.result.wallSeconds)
    guard !isQuiet else { return }
    let loss = record.result.finalValLoss.map { "loss \(Format.fixed($0, 4))" }
    let rest = SweepLine.secondsLeft(
      trials: total - ended, durations: wallSeconds, parallel: parallel)
    console.print(
      "[\(ended)/\(total)] \(trial.directory.lastPathComponent): \(loss ?? "diverged") "
        + "after \(Format.duration(record.result.trainSeconds))"
        + (ended < total ? "; about \(Format.duration(rest ?? 0)) to go" : ""))
  }
}
