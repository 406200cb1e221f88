import Autograd
import Foundation
import Machine
import Runs

/// Runs trials in processes of their own, several side by side: children of this process, or started by a launcher.
package struct TrialRunner: Sendable {
  /// The number of trials at a time.
  package let parallel: Int
  /// The threads of each.
  package let threads: Int
  /// What starts them; nil for this process itself.
  private let launcher: Launcher?

  /// Creates a runner; without a number of threads, the trials share the cores.
  ///
  /// A launcher may start them on machines with more cores than this one: with one, a given number is not cut.
  package init(
    parallel: Int, threads: Int? = nil, by launcher: Launcher? = nil,
    cores: Int = Processor.usableCount
  ) {
    let share = max(1, cores / parallel)
    (self.parallel, self.launcher) = (parallel, launcher)
    self.threads = launcher == nil ? min(threads ?? cores, share) : threads ?? share
  }

  /// Runs what `next` returns until it returns nil while nothing runs.
  ///
  /// `next` is asked whenever there is room, and may have more to do after a trial has ended. A
  /// trial that has finished already is not run again. After Control-C the running trials are
  /// asked to end, and no more are started; so they are when one has failed. A trial that a launcher has lost is
  /// started again, on its checkpoint if it has one.
  ///
  /// - Parameters:
  ///   - next: returns the next trial, and its run if it is there already, or nil if none can start now.
  ///   - ended: is given each run that has finished, in the order in which they finish, and
  ///     whether it ran just now.
  ///   - lost: is told of a trial that is started again, and why.
  ///   - tick: is called a few times a second, to show progress.
  /// - Returns: false when Control-C has ended it early.
  /// - Throws: ``TrialFailure`` when a trial left no record; what `next` and `ended` throw.
  package func run(
    next: () throws -> (trial: Trial, run: FinishedRun?)?,
    ended: (FinishedRun, _ isNew: Bool) throws -> Void, lost: (String) -> Void = { _ in },
    tick: () -> Void = {}
  ) throws -> Bool {
    Interruption.listen()
    var crew = try TrialCrew(of: parallel, threads: threads, by: launcher)
    var failure: (any Error)?
    var isInterrupted = false
    defer { crew.interrupt() }
    while true {
      while failure == nil, !Interruption.isRequested, crew.hasRoom {
        if try crew.startLost() { continue }
        guard let (trial, run) = try next() else { break }
        if let run { try ended(run, false) } else { try crew.start(trial) }
      }
      if Interruption.isRequested { isInterrupted = true }
      if isInterrupted || failure != nil { crew.interrupt() }
      tick()
      if crew.isIdle {
        if let failure { throw failure }
        return !isInterrupted
      }
      for result in crew.ended(lost: lost) {
        do {
          if let run = try result.get() { try ended(run, true) }
        } catch {
          failure = failure ?? error
        }
      }
    }
  }
}
