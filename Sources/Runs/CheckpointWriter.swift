import Autograd
import Dispatch
import Foundation
import Machine
import Muon
import NanoGPT
import Synchronization

/// Writes a run's checkpoints: now and then while it goes on, and when somebody ends it.
///
/// A checkpoint that cannot be written is no reason to stop training: the last good one stays, and there is a warning.
package struct CheckpointWriter {
  /// When there is a checkpoint of a run.
  package enum Interval: Sendable {
    /// So seldom that writing takes less than a hundredth of the time, and never before so many seconds.
    case seconds(Double)
    /// After so many steps.
    case steps(Int)
    case never
  }

  private let directory: URL
  private let interval: Interval
  private var header: RunCheckpoint.Header
  private var last = ContinuousClock.now
  private var cost = Duration.zero
  private let writer = Writer()

  /// Writes on a thread of its own what need not be waited for.
  private final class Writer: Sendable {
    let queue = DispatchQueue(label: "checkpoint")
    let failure = Mutex<DataError?>(nil)
  }

  package init(of header: RunCheckpoint.Header, in directory: URL, every interval: Interval) {
    (self.header, self.directory, self.interval) = (header, directory, interval)
  }

  /// Whether it is time for one, after so many steps.
  func isDue(after steps: Int) -> Bool {
    switch interval {
    case .seconds(let seconds):
      ContinuousClock.now - last >= max(.seconds(seconds), cost * 100)
    case .steps(let count): steps.isMultiple(of: count)
    case .never: false
    }
  }

  /// Writes one.
  ///
  /// - Parameters:
  ///   - step: The training steps made.
  ///   - position: Where the next batch comes from.
  ///   - process: What the processes so far can tell of themselves.
  ///   - parameters: The weights.
  ///   - optimizer: What else training depends on.
  ///   - isLast: Whether the process is about to end, so that the disk must be waited for.
  /// - Returns: Why it, or the one before, could not be written.
  mutating func write(
    step: Int, position: BatchLoader.Position, process: RunRecord.Process,
    of parameters: [Parameter], _ optimizer: Optimizer, isLast: Bool
  ) -> DataError? {
    if case .never = interval { return nil }
    let start = ContinuousClock.now
    let failure = finish()
    (header.step, header.position, header.process) = (step, position, process)
    (header.time, header.signal) = (.now, isLast ? Interruption.signalName : nil)
    do {
      let file = try RunCheckpoint.file(header, of: parameters, optimizer, in: directory)
      writer.queue.async { [writer] in
        do throws(DataError) {
          try file.commit()
        } catch {
          writer.failure.withLock { $0 = error }
        }
      }
    } catch {
      writer.failure.withLock { $0 = error as? DataError }
    }
    last = ContinuousClock.now
    cost = last - start
    return isLast ? failure ?? finish() : failure
  }

  /// Writes the one before the first step, so that a run can go on wherever it is killed.
  ///
  /// Should that not be possible, the next one says so.
  package mutating func writeFirst(of parameters: [Parameter], _ optimizer: Optimizer) {
    _ = write(
      step: 0, position: .start, process: .notBegun, of: parameters, optimizer, isLast: false)
  }

  /// Waits for the disk.
  private func finish() -> DataError? {
    writer.queue.sync {}
    return writer.failure.withLock { failure in
      defer { failure = nil }
      return failure
    }
  }

  /// Whether there is one to go on from.
  package var isKept: Bool { RunCheckpoint.step(in: directory).map { $0 > 0 } ?? false }

  /// Removes the checkpoint of a run that has ended, and what a killed process had not finished of another.
  package func remove() {
    _ = finish()
    let checkpoint = directory.appendingPathComponent(RunCheckpoint.name)
    for file in [checkpoint, NewFile.unfinished(checkpoint)] {
      try? FileManager.default.removeItem(at: file)
    }
  }
}

extension String {
  /// The time, as records have it.
  static var now: String { Date().formatted(.iso8601) }
}
