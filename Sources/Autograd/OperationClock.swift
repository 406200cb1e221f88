import Machine
import Synchronization

/// Says where the time of a computation goes, operation by operation.
///
/// Each thread runs laps: a lap ends when an operation is recorded, when its pullback is done, or where
/// ``lap(_:_:)`` is called, and its time belongs to what has just ended. Nothing is measured unless a
/// clock is ``current``; then a lap takes a fraction of a microsecond, which is not counted.
package final class OperationClock: Sendable {
  /// The clock of the computation that this thread works on; nil, the default, measures nothing.
  @TaskLocal package static var current: OperationClock?

  /// What a lap was part of.
  package enum Phase: String, Codable, Sendable {
    case forward
    case backward
    /// Between backward and the next forward: sums of gradients, updates of parameters.
    case update
  }

  /// An operation in one phase.
  package struct Entry: Hashable, Sendable {
    package let operation: String
    package let phase: Phase
  }

  private struct State {
    var totals: [Entry: Duration] = [:]
    var starts: [UInt: ContinuousClock.Instant] = [:]
  }

  private let state = Mutex(State())

  package init() {}

  /// The time of all laps so far, summed over threads.
  package var totals: [Entry: Duration] {
    state.withLock { $0.totals }
  }

  /// Starts a lap on this thread; the time since the last one belongs to nothing.
  package static func restart() {
    guard let clock = current else { return }
    clock.state.withLock { $0.starts[CurrentProcess.threadIdentifier] = .now }
  }

  /// Ends this thread's lap, whose time belongs to `operation`, and starts the next.
  package static func lap(_ operation: some CustomStringConvertible, _ phase: Phase) {
    guard let clock = current else { return }
    let end = ContinuousClock.now
    let entry = Entry(operation: operation.description, phase: phase)
    clock.state.withLock { state in
      if let start = state.starts[CurrentProcess.threadIdentifier] {
        state.totals[entry, default: .zero] += end - start
      }
      state.starts[CurrentProcess.threadIdentifier] = .now
    }
  }
}
