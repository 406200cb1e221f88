import Dispatch
import Foundation

/// Runs trials in child processes, several side by side.
package struct TrialRunner: Sendable {
  /// The number of trials at a time.
  package let parallel: Int
  /// The threads of each.
  package let threads: Int

  /// Creates a runner; without a number of threads, the trials share the cores.
  package init(
    parallel: Int, threads: Int? = nil, cores: Int = ProcessInfo.processInfo.activeProcessorCount
  ) {
    self.parallel = parallel
    self.threads = threads ?? max(1, cores / parallel)
  }

  /// Runs what `next` returns until it returns nil while nothing runs.
  ///
  /// `next` is asked whenever there is room, and may have more to do after a trial has ended. A
  /// trial whose record is there already is not run again. After Control-C the running trials are
  /// asked to end, and no more are started.
  ///
  /// - Parameters:
  ///   - next: returns the next trial, or nil if none can start now.
  ///   - ended: is given each trial that has finished, in the order in which they finish, and
  ///     whether it ran just now.
  ///   - tick: is called a few times a second, to show progress.
  /// - Returns: false when Control-C has ended it early.
  /// - Throws: ``TrialFailure`` when a trial left no record; what `next` and `ended` throw.
  package func run(
    next: () throws -> Trial?, ended: (Trial, RunRecord, _ isNew: Bool) throws -> Void,
    tick: () -> Void = {}
  ) throws -> Bool {
    Interruption.listen()
    let signal = DispatchSemaphore(value: 0)
    var running: [TrialProcess] = []
    defer { for process in running { process.interrupt() } }
    var isInterrupted = false
    while true {
      while running.count < parallel, !Interruption.isRequested, let trial = try next() {
        if let record = try trial.finishedRecord() {
          try ended(trial, record, false)
        } else {
          running.append(try TrialProcess(trial, threads: threads, ended: signal))
        }
      }
      if Interruption.isRequested, !isInterrupted {
        isInterrupted = true
        for process in running { process.interrupt() }
      }
      tick()
      if running.isEmpty { return !isInterrupted }
      _ = signal.wait(timeout: .now() + .milliseconds(100))
      for process in running where !process.isRunning {
        running.removeAll { $0 === process }
        if let record = try process.record() {
          try ended(process.trial, record, true)
        } else if !Interruption.isRequested {
          throw TrialFailure(process.trial, .interrupted, "interrupted by somebody else")
        }
      }
    }
  }
}
