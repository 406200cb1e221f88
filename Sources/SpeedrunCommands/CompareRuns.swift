import ArgumentParser
import Autograd
import Experiments
import Foundation
import Runs
import Text

extension CompareCommand {
  /// Runs what is missing.
  func run(_ experiment: inout Experiment, by launcher: Launcher?) throws {
    if sideBySide > 1 || launcher != nil { try prepareData(for: experiment) }
    let total = experiment.trials.count
    var durations: [Double] = []
    let messages = Console.messages(color.mode)
    let watcher = ExperimentWatcher(experiment, isQuiet: quiet, on: messages)
    try watcher.watching(
      { experiment },
      run: {
        try finish(
          runner(parallel: sideBySide, by: launcher),
          next: { try experiment.next() },
          ended: { run, isNew in
            try experiment.note(run)
            watcher.update { experiment }
            guard isNew else { return }
            durations.append(run.record.result.wallSeconds)
            guard !quiet else { return }
            messages.print(
              ProgressLine.ended(
                run.trial.name, run.record.result, number: experiment.finishedCount, of: total,
                durations: durations, parallel: sideBySide))
          })
      })
    watcher.finish(experiment, withSeconds: hasSeconds(experiment))
  }

  /// What makes the runs: as many threads as there are, or side by side one each where that is asked for.
  private func runner(
    parallel: Int, by launcher: Launcher?, isSingleThreaded: Bool = false
  ) -> TrialRunner {
    let usual = isSingleThreaded ? 1 : launcher == nil ? threads.count : nil
    return TrialRunner(
      parallel: parallel, threads: launcher == nil ? usual : threads.asked ?? usual, by: launcher)
  }

  /// Runs what `next` returns, to its end.
  private func finish(
    _ runner: TrialRunner, next: () throws -> (trial: Trial, run: FinishedRun?)?,
    ended: (FinishedRun, _ isNew: Bool) throws -> Void
  ) throws {
    let messages = Console.messages(color.mode)
    guard try runner.run(next: next, ended: ended, lost: messages.warn) else {
      messages.print("interrupted: the same command continues from here")
      throw ExitCode(ExitStatus.interrupted.rawValue)
    }
  }

  private func prepareData(for experiment: Experiment) throws {
    let messages = Console.messages(color.mode)
    try experiment.prepareData { if !quiet { messages.print($0) } }
  }

  /// Adds seeds until the question is answered or the most are there; returns the experiment on those it took.
  func decided(_ whole: Experiment, by launcher: Launcher?) throws -> Experiment {
    let messages = Console.messages(color.mode)
    try prepareData(for: whole)
    var series = SeedSeries(whole)
    let watcher = ExperimentWatcher(whole, isQuiet: quiet, on: messages)
    try watcher.watching(
      { try series.experiment() },
      run: {
        for isFirst in [true, false] {
          let runner =
            isFirst
            ? runner(parallel: 1, by: launcher)
            : runner(parallel: sideBySide, by: launcher, isSingleThreaded: sideBySide > 1)
          try finish(
            runner, next: { try series.next(ofFirstSeed: isFirst) },
            ended: { run, _ in
              let noted = try series.note(run)
              watcher.update { try series.experiment() }
              guard let decisions = noted, !quiet else { return }
              for decision in decisions {
                messages.print(decision.progress(seeds: series.seedCount))
              }
            })
        }
      })
    let experiment = try series.experiment()
    watcher.finish(experiment, withSeconds: hasSeconds(experiment))
    return experiment
  }
}
