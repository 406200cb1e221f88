import Dispatch
import Foundation
import Glibc
import Statistics

/// A trial that is running, in a child process of its own.
///
/// A kill loses this trial only; and when this process dies, however it does, the child ends too.
final class TrialProcess {
  let trial: Trial
  private let process = Process()
  private let lifeline = Pipe()
  private let messages = Pipe()

  /// Starts the trial; `ended` is signalled when it is over.
  init(_ trial: Trial, threads: Int, ended: DispatchSemaphore) throws {
    self.trial = trial
    // Not by its path: a build in the meantime must not put another program there.
    process.executableURL = URL(fileURLWithPath: "/proc/self/exe")
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

  /// The record of a trial that is over; nil when it was interrupted.
  func record() throws -> RunRecord? {
    let status = process.terminationStatus
    let isKilled = process.terminationReason == .uncaughtSignal
    if isKilled, status == SIGINT { return nil }
    if isKilled { throw TrialFailure(trial, signal: status) }
    switch ExitStatus(rawValue: status) {
    case .success, .missed, .diverged:
      guard let record = try trial.finishedRecord() else {
        throw TrialFailure(trial, .internalError, "its record is not of the trial it ran")
      }
      return record
    case .interrupted:
      return nil
    case let failure:
      let said = String(
        decoding: try messages.fileHandleForReading.readToEnd() ?? Data(), as: UTF8.self)
      throw TrialFailure(trial, failure ?? .internalError, said: said)
    }
  }
}
