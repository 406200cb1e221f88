import Autograd
import Foundation
import Machine
import Runs
import Text

/// A trial that is running, in a process of its own: a child of this one, or what a launcher has started.
///
/// A kill loses this trial only; and when this process dies, however it does, the other one ends too.
final class TrialProcess {
  /// What came of a trial.
  enum End {
    case finished(FinishedRun)
    /// It was asked to end early.
    case interrupted
    /// Nobody knows: the launcher has failed, or the process was killed; why, in words.
    case lost(String)
    /// It says that it has finished, and its record is not here yet: shared files may take a while.
    case unseen
  }

  let trial: Trial
  /// Its place among those that run side by side.
  let slot: Int
  private let launcher: Launcher?
  private let process = Process()
  private let lifeline = Pipe()
  /// Writes to the lifeline, which may have to wait for a reader.
  private let writing = DispatchQueue(label: "lifeline")
  private let output = ChildText()
  private let messages = ChildText()
  private var isAskedToEnd = false
  private var hasEnded: ContinuousClock.Instant?

  /// How long the record of a trial that has finished may take to be seen.
  private static let delayOfFiles = Duration.seconds(30)

  private init(
    _ trial: Trial, slot: Int, by launcher: Launcher?, ended: DispatchSemaphore
  ) throws {
    (self.trial, self.slot, self.launcher) = (trial, slot, launcher)
    if let problem = trial.precision.problem {
      throw UsageError(
        "precision \(trial.precision.rawValue): \(problem)",
        hint: "float32 runs everywhere; what has finished elsewhere is not run again")
    }
    process.standardInput = lifeline
    process.standardOutput = output.pipe
    process.standardError = messages.pipe
    process.terminationHandler = { _ in ended.signal() }
  }

  /// Starts a trial as a child of this process; `ended` is signalled when it is over.
  convenience init(_ trial: Trial, slot: Int, threads: Int, ended: DispatchSemaphore) throws {
    try self.init(trial, slot: slot, by: nil, ended: ended)
    // Not by its path: a build in the meantime must not put another program there.
    process.executableURL = CurrentProcess.executable
    process.arguments = trial.arguments(threads: threads)
    try run()
  }

  /// Has a launcher start a trial; `ended` is signalled when the launcher is over.
  convenience init(
    _ trial: Trial, slot: Int, threads: Int, by launcher: Launcher, _ request: TrialRequest,
    ended: DispatchSemaphore
  ) throws {
    try self.init(trial, slot: slot, by: launcher, ended: ended)
    guard let file = launcher.file(slot: slot, threads: threads) else {
      throw TrialFailure(trial, .usage, "no program to launch it in slot \(slot)")
    }
    process.executableURL = URL(fileURLWithPath: file)
    // The name is for people who look at the processes of a machine.
    process.arguments = launcher.arguments(
      starting: CurrentProcess.executablePath, ["trial", trial.name], slot: slot, threads: threads)
    try run()
    send(try JSON.line(request) + "\n")
  }

  private func run() throws {
    try process.run()
    output.read()
    messages.read()
  }

  private func send(_ text: String) {
    let pipe = lifeline.fileHandleForWriting
    // Should nobody read any more, the end of the process says why.
    writing.async { try? pipe.write(contentsOf: Data(text.utf8)) }
  }

  var isRunning: Bool { process.isRunning }

  /// Asks the trial to finish its step, to write a checkpoint and to end.
  ///
  /// A launcher does not pass on signals, but what is written: so it gets a signal only if it has not started the trial
  /// yet, and may be waiting for a machine.
  func interrupt() {
    guard process.isRunning, !isAskedToEnd else { return }
    isAskedToEnd = true
    if launcher != nil {
      send("\n")
      if output.textSoFar.contains(TrialRequest.greeting) { return }
    }
    process.interrupt()
  }

  /// What came of a trial that is over.
  func end() throws -> End {
    guard let launcher else { return try endOfChild() }
    // Whatever the launcher says: what counts is the record.
    if let run = try trial.finished() { return .finished(run) }
    if hasToEnd { return .interrupted }
    let status = process.terminationStatus
    if process.terminationReason == .uncaughtSignal {
      return lost("\(launcher.name) was killed by signal \(status)")
    }
    let said = messages.text
    switch ExitStatus(rawValue: status) {
    case .success, .missed, .diverged:
      let end = hasEnded ?? .now
      hasEnded = end
      if .now - end < Self.delayOfFiles { return .unseen }
      throw TrialFailure(
        trial, .missingInput, "\(launcher.name) ended well, but there is no record",
        hint: "the machines must see the same files: this one as well")
    case let failure? where failure != .interrupted && TrialFailure.explains(said):
      throw TrialFailure(trial, failure, said: said)
    default:
      let last = said.split(whereSeparator: \.isNewline).last.map { " (\($0))" } ?? ""
      return lost("\(launcher.name) ended with status \(status)\(last)")
    }
  }

  /// The end of a trial whose process may still be there, without its launcher: it is told to end as well.
  private func lost(_ reason: String) -> End {
    try? lifeline.fileHandleForWriting.close()
    return .lost(reason)
  }

  private func endOfChild() throws -> End {
    let status = process.terminationStatus
    if process.terminationReason == .uncaughtSignal {
      if status == Signals.interrupt { return try endOfInterrupted() }
      throw TrialFailure(trial, .internalError, "killed by signal \(status)")
    }
    switch ExitStatus(rawValue: status) {
    case .success, .missed, .diverged:
      guard let run = try trial.finished() else {
        throw TrialFailure(trial, .internalError, "its record is not of the trial it ran")
      }
      return .finished(run)
    case .interrupted:
      return try endOfInterrupted()
    case let failure:
      throw TrialFailure(trial, failure ?? .internalError, said: messages.text)
    }
  }

  private func endOfInterrupted() throws -> End {
    if hasToEnd { return .interrupted }
    throw TrialFailure(trial, .interrupted, "interrupted by somebody else")
  }

  /// Whether it was asked to end, perhaps by the Control-C that this process has not come to yet.
  private var hasToEnd: Bool { isAskedToEnd || Interruption.isRequested }
}
