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

  /// An operation in one phase, and the part of the step it belongs to.
  package struct Entry: Hashable, Sendable {
    package let operation: String
    package let part: OperationPart
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
  package static func lap(
    _ operation: some CustomStringConvertible, _ part: OperationPart, _ phase: Phase
  ) {
    guard let clock = current else { return }
    let end = ContinuousClock.now
    let entry = Entry(operation: operation.description, part: part, phase: phase)
    clock.state.withLock { state in
      if let start = state.starts[CurrentProcess.threadIdentifier] {
        state.totals[entry, default: .zero] += end - start
      }
      state.starts[CurrentProcess.threadIdentifier] = .now
    }
  }
}

/// The part of a training step that the time of an operation is counted under.
///
/// Update rules and operations from elsewhere may bring parts of their own.
public struct OperationPart: Hashable, Sendable {
  /// The name in tables, such as `element-wise`.
  public let name: String

  /// Creates a part, or means the one of the same name.
  public init(_ name: String) {
    self.name = name
  }

  /// Products with weight matrices.
  public static let projections = OperationPart("projections")
  /// What mixes positions.
  public static let attention = OperationPart("attention")
  /// Norms, rotary positions, activations, residual additions, embedding.
  public static let elementWise = OperationPart("element-wise")
  /// From logits to the loss.
  public static let crossEntropy = OperationPart("cross-entropy")
  /// Finding the way back through the recorded operations.
  package static let graph = OperationPart("graph")
  /// Setting the gradients of lanes to zero and summing them.
  package static let gradientSum = OperationPart("gradient sum")
}
