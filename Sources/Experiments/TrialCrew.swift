import Autograd
import Dispatch
import Foundation
import Machine
import NanoGPT
import Runs

/// The trials that run side by side, each in its place, and those that were lost and wait for another start.
struct TrialCrew {
  private let threads: Int
  private let launcher: Launcher?
  private var requests: TrialRequests?
  private var slots: TrialSlots
  private var running: [TrialProcess] = []
  private var lost: [(trial: Trial, time: ContinuousClock.Instant)] = []
  /// How often each trial was lost.
  private var losses: [Trial: Int] = [:]
  /// Is signalled when a process is over.
  private let signal = DispatchSemaphore(value: 0)

  /// How often a trial is started that is lost on the way.
  private static let starts = 3
  /// How long a lost trial waits at least: what has gone wrong may pass.
  private static let pause = Duration.seconds(2)
  /// How long it waits at most for a process that has lost its launcher, and is still to write its checkpoint.
  private static let patience = Duration.seconds(30)

  init(of count: Int, threads: Int, by launcher: Launcher?) throws(DataError) {
    (self.threads, self.launcher, slots) = (threads, launcher, TrialSlots(count))
    requests = launcher == nil ? nil : try TrialRequests()
  }

  /// Whether another trial can start now.
  var hasRoom: Bool { slots.free != nil }

  /// Whether nothing runs, and nothing waits.
  var isIdle: Bool { running.isEmpty && lost.isEmpty }

  /// Starts a trial; there must be room.
  mutating func start(_ trial: Trial) throws {
    guard let slot = slots.free else { fail("no room for trial \(trial.name)") }
    let process =
      if let launcher, let request = try requests?.request(for: trial, threads: threads) {
        try TrialProcess(trial, slot: slot, threads: threads, by: launcher, request, ended: signal)
      } else {
        try TrialProcess(trial, slot: slot, threads: threads, ended: signal)
      }
    slots.take(slot)
    running.append(process)
  }

  /// Starts a trial again that was lost and has waited; returns whether there was one.
  mutating func startLost() throws -> Bool {
    let ready = lost.firstIndex { trial, time in
      let wait = .now - time
      return wait >= Self.pause && (wait >= Self.patience || !trial.isBeingWritten)
    }
    guard let ready else { return false }
    try start(lost.remove(at: ready).trial)
    return true
  }

  /// Asks all that run to end, once, and starts none again.
  mutating func interrupt() {
    lost = []
    for process in running { process.interrupt() }
  }

  /// Waits for at most a tenth of a second, and returns what came of the trials that are over.
  ///
  /// - Parameter lost: is told of a trial that is to be started again, and why.
  /// - Returns: the run of each, nil for one that was asked to end early, or why it failed for good.
  mutating func ended(lost: (String) -> Void) -> [Result<FinishedRun?, any Error>] {
    _ = signal.wait(timeout: .now() + .milliseconds(100))
    var results: [Result<FinishedRun?, any Error>] = []
    for process in running where !process.isRunning {
      let end = Result { try process.end() }
      if case .success(.unseen) = end { continue }
      running.removeAll { $0 === process }
      var isLost = false
      switch end {
      case .failure(let error): results.append(.failure(error))
      case .success(.finished(let run)): results.append(.success(run))
      case .success(.interrupted), .success(.unseen): results.append(.success(nil))
      case .success(.lost): isLost = true
      }
      slots.release(process.slot, isLost: isLost)
      guard case .success(.lost(let reason)) = end else { continue }
      let failure = TrialFailure(process.trial, .machine, reason)
      losses[process.trial, default: 0] += 1
      if losses[process.trial, default: 0] < Self.starts, !slots.areAllUnfit {
        self.lost.append((process.trial, .now))
        lost("\(failure.message); it is started again")
      } else {
        results.append(.failure(failure))
      }
    }
    return results
  }
}
