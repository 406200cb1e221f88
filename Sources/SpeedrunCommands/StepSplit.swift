import Autograd
import Muon
import Runs
import Text

/// Where the time of a step goes, measured operation by operation.
///
/// Times are thread-seconds divided by the number of threads, means over the instrumented steps, so that
/// parts and what is left over (threads that wait, work between the laps) add up to the whole step.
struct StepSplit: Encodable {
  /// A part of the step.
  struct Part: Encodable {
    let name: String
    let ms: Double
    /// Of the whole step.
    let share: Double
    /// Of what matrix products there are in it, by the formula.
    @OrNull var gflopPerSecond: Double?
  }

  /// An operation in one phase of the step.
  struct Operation: Encodable {
    let name: String
    let phase: OperationClock.Phase
    let ms: Double
  }

  /// Of the instrumented steps.
  let stepMS: Double
  /// The share of the step that the parts cover.
  let coverage: Double
  let parts: [Part]
  /// The longest first.
  let operations: [Operation]

  /// The parts as they follow each other in a step; those of somebody's own come last.
  private static let order: [OperationPart] = [
    .projections, .attention, .elementWise, .crossEntropy, .graph, .gradientSum, .newtonSchulz,
    .momentum, .adamW, .otherRules,
  ]

  /// Sorts the laps of a clock into parts.
  ///
  /// - Parameters:
  ///   - clock: The clock of all instrumented steps.
  ///   - steps: What these steps took.
  ///   - threads: The number of threads.
  ///   - work: Floating-point operations a step, of the parts that consist of matrix products.
  init(_ clock: OperationClock, steps: [Duration], threads: Int, work: [OperationPart: Double]) {
    let divisor = Double(threads * steps.count)
    let whole = steps.reduce(.zero, +).milliseconds / Double(steps.count)
    var times: [OperationPart: Double] = [:]
    let operations = clock.totals.map { entry, time in
      let operation = Operation(
        name: entry.operation, phase: entry.phase, ms: time.milliseconds / divisor)
      times[entry.part, default: 0] += operation.ms
      return operation
    }
    stepMS = whole
    coverage = times.values.reduce(0, +) / whole
    let others = Set(times.keys).subtracting(Self.order).sorted { $0.name < $1.name }
    parts = (Self.order + others).compactMap { part in
      times[part].map { time in
        Part(
          name: part.name, ms: time, share: time / whole,
          gflopPerSecond: work[part].map { $0 / time * 1e-6 })
      }
    }
    self.operations = operations.sorted {
      ($0.ms, $1.name, $1.phase.rawValue) > ($1.ms, $0.name, $0.phase.rawValue)
    }
  }

  /// The parts, and what is left over.
  func table(peak: Double) -> Table {
    let rest = Part(
      name: "waiting and the rest", ms: stepMS * (1 - coverage), share: 1 - coverage)
    return Table(
      parts + [rest],
      [
        .left("part") { $0.name }, .right("ms") { Format.fixed($0.ms, 1) },
        .right("share") { Format.percent($0.share) },
        .right("GFLOP/s") { $0.gflopPerSecond.map { Format.fixed($0, 0) } ?? "" },
        .right("of peak") { $0.gflopPerSecond.map { Format.percent($0 / peak) } ?? "" },
      ])
  }
}
