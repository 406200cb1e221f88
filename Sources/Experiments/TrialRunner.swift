import Autograd
import Dispatch
import Foundation
import Machine
import Runs

/// Runs trials in child processes, several side by side.
package struct TrialRunner: Sendable {
  /// The number of trials at a time.
  package let parallel: Int
  /// The threads of each.
  package let threads: Int

  /// Creates a runner; without a number of threads, the trials share the cores.
  package init(
    parallel: Int, threads: Int? = nil, cores: Int = Processor.usableCount
  ) {
    self.parallel = parallel
    self.threads = min(threads ?? cores, max(1, cores / parallel))
  }

  /// Runs what `next` returns until it returns nil while nothing runs.
  ///
  /// `next` is asked whenever there is room, and may have more to do after a trial has ended. A
  /// trial that has finished already is not run again. After Control-C the running trials are
  /// asked to end, and no more are started.
  ///
  /// - Parameters:
  ///   - next: returns the next trial, and its run if it is there already, or nil if none can start now.
  ///   - ended: is given each run that has finished, in the order in which they finish, and
  ///     whether it ran just now.
  ///   - tick: is called a few times a second, to show progress.
  /// - Returns: false when Control-C has ended it early.
  /// - Throws: ``TrialFailure`` when a trial left no record; what `next` and `ended` throw.
  package func run(
    next: () throws -> (trial: Trial, run: FinishedRun?)?,
    ended: (FinishedRun, _ isNew: Bool) throws -> Void, tick: () -> Void = {}
  ) throws -> Bool {
    Interruption.listen()
    let signal = DispatchSemaphore(value: 0)
    var running: [TrialProcess] = []
    defer { for process in running { process.interrupt() } }
    var isInterrupted = false
    while true {
      while running.count < parallel, !Interruption.isRequested, let (trial, run) = try next() {
        if let run {
          try ended(run, false)
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
        if let run = try process.run() {
          try ended(run, true)
        } else if !Interruption.isRequested {
          throw TrialFailure(process.trial, .interrupted, "interrupted by somebody else")
        }
      }
    }
  }
}

/// A trial that is running, in a child process of its own.
///
/// A kill loses this trial only; and when this process dies, however it does, the child ends too.
private final class TrialProcess {
  let trial: Trial
  private let process = Process()
  private let lifeline = Pipe()
  private let messages = Pipe()

  /// Starts the trial; `ended` is signalled when it is over.
  init(_ trial: Trial, threads: Int, ended: DispatchSemaphore) throws {
    self.trial = trial
    if let problem = trial.precision.problem {
      throw UsageError(
        "precision \(trial.precision.rawValue): \(problem)",
        hint: "float32 runs everywhere; what has finished elsewhere is not run again")
    }
    // Not by its path: a build in the meantime must not put another program there.
    process.executableURL = CurrentProcess.executable
    process.arguments = trial.arguments(threads: threads)
    process.standardInput = lifeline
    process.standardOutput = FileHandle.nullDevice
    process.standardError = messages
    process.terminationHandler = { _ in ended.signal() }
    try process.run()
  }

  var isRunning: Bool { process.isRunning }

  /// Asks the trial to finish its step and to end.
  func interrupt() {
    if process.isRunning { process.interrupt() }
  }

  /// What came of a trial that is over; nil when it was interrupted.
  func run() throws -> FinishedRun? {
    let status = process.terminationStatus
    if process.terminationReason == .uncaughtSignal {
      if status == Signals.interrupt { return nil }
      throw TrialFailure(trial, .internalError, "killed by signal \(status)")
    }
    switch ExitStatus(rawValue: status) {
    case .success, .missed, .diverged:
      guard let run = try trial.finished() else {
        throw TrialFailure(trial, .internalError, "its record is not of the trial it ran")
      }
      return run
    case .interrupted:
      return nil
    case let failure:
      let said = try messages.fileHandleForReading.readToEnd() ?? Data()
      throw TrialFailure(
        trial, failure ?? .internalError, said: String(decoding: said, as: UTF8.self))
    }
  }
}

/// A trial that ended without a record: which, why, and what to do next.
package struct TrialFailure: Error {
  package let status: ExitStatus
  package let message: String
  package let hint: String

  private static let resume = "the same command goes on from here: finished trials are kept"

  init(_ trial: Trial, _ status: ExitStatus, _ reason: String, hint: String = resume) {
    self.status = status
    self.hint = hint
    message = "trial \(trial.directory.relativePath): \(reason)"
  }

  /// A trial that gave up, and what it said on standard error.
  fileprivate init(_ trial: Trial, _ status: ExitStatus, said messages: String) {
    func line(_ start: String) -> String? {
      messages.split(separator: "\n").first { $0.hasPrefix(start) }
        .map { $0.dropFirst(start.count).trimmingCharacters(in: .whitespaces) }
    }
    self.init(
      trial, status, line("error:") ?? "ended with status \(status.rawValue)",
      hint: line("hint:") ?? Self.resume)
  }
}
