import Autograd
import Runs
import Text

/// Where the time of a step goes, measured operation by operation.
///
/// Times are thread-seconds divided by the number of threads, means over the instrumented steps, so that
/// parts and what is left over (threads that wait, work between the laps) add up to the whole step.
package struct StepSplit: Codable, Sendable {
  /// A part of the step.
  package struct Part: Codable, Sendable {
    package let name: String
    package let milliseconds: Double
    /// Of the whole step.
    package let share: Double
    /// Of what matrix products there are in it, by the formula.
    @OrNull package var gigaflopsPerSecond: Double?

    enum CodingKeys: String, CodingKey {
      case name, share
      case milliseconds = "ms"
      case gigaflopsPerSecond = "gflop_per_second"
    }
  }

  /// An operation in one phase of the step.
  package struct Operation: Codable, Sendable {
    package let name: String
    package let phase: OperationClock.Phase
    package let milliseconds: Double

    enum CodingKeys: String, CodingKey {
      case name, phase
      case milliseconds = "ms"
    }
  }

  /// Of the instrumented steps.
  package let stepMilliseconds: Double
  /// The share of the step that the parts cover.
  package let coverage: Double
  package let parts: [Part]
  package let operations: [Operation]

  enum CodingKeys: String, CodingKey {
    case stepMilliseconds = "step_ms"
    case coverage, parts, operations
  }

  /// Sorts the laps of a clock into parts.
  ///
  /// - Parameters:
  ///   - clock: The clock of all instrumented steps.
  ///   - steps: What these steps took.
  ///   - threads: The number of threads.
  ///   - work: Floating-point operations a step, of the parts that consist of matrix products.
  init(_ clock: OperationClock, steps: [Duration], threads: Int, work: [StepPart: Double]) {
    let divisor = Double(threads * steps.count)
    let whole = steps.reduce(.zero, +).milliseconds / Double(steps.count)
    let operations = clock.totals.map { entry, time in
      Operation(
        name: entry.operation, phase: entry.phase, milliseconds: time.milliseconds / divisor)
    }
    var times: [StepPart: Double] = [:]
    for operation in operations {
      times[StepPart(of: operation.name, operation.phase), default: 0] += operation.milliseconds
    }
    let covered = times.values.reduce(0, +)
    stepMilliseconds = whole
    coverage = covered / whole
    parts = StepPart.allCases.compactMap { part in
      guard let time = times[part] else { return nil }
      return Part(
        name: part.rawValue, milliseconds: time, share: time / whole,
        gigaflopsPerSecond: work[part].map { $0 / time * 1e-6 })
    }
    self.operations = operations.sorted {
      ($0.milliseconds, $1.name, $1.phase.rawValue) > ($1.milliseconds, $0.name, $0.phase.rawValue)
    }
  }
}
