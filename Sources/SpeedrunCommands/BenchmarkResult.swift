import Autograd
import Muon
import Runs
import Statistics
import Text

/// What a benchmark found: the content of `speedrun benchmark --json`, whose keys are these names in snake case.
struct BenchmarkResult: Encodable {
  /// Median, least and greatest duration, in milliseconds.
  struct Spread: Encodable {
    let median: Double
    let min: Double
    let max: Double

    init(_ times: [Duration]) {
      median = times.median?.milliseconds ?? 0
      min = times.min()?.milliseconds ?? 0
      max = times.max()?.milliseconds ?? 0
    }
  }

  let configuration: BenchmarkConfiguration
  let environment: Environment
  /// Timed steps, none of them instrumented.
  let steps: Int
  let stepMS: Spread
  let forwardBackwardMS: Spread
  let optimizerMS: Spread
  let tokensPerSecond: Double
  /// Of forward and backward.
  let gflopPerStep: Double
  let optimizerGflopPerStep: Double
  /// Of forward and backward.
  let gflopPerSecond: Double
  let matrixPeakGflopPerSecond: Double
  let split: StepSplit
  /// In all timed steps.
  let minorPageFaults: Int
  /// In all timed steps.
  let tensorAllocations: Int
  let memoryBytes: TimedTraining.Memory

  /// The first maps memory, the second finds it in place, the others let the processor settle.
  private static let warmUpSteps = 4

  /// Trains for a few steps to warm up, and then for `steps` timed ones and as many instrumented ones, in
  /// turn.
  init(_ configuration: BenchmarkConfiguration, steps count: Int) throws {
    var training = try TimedTraining(configuration)
    var peak = MatrixPeak(threads: configuration.threads, configuration.precision)
    let clock = OperationClock()
    for _ in 0..<Self.warmUpSteps { _ = training.step() }
    peak.measure()
    let allocationsBefore = training.allocations
    var timed: [TimedTraining.Step] = []
    var instrumented: [Duration] = []
    for _ in 0..<count {
      timed.append(training.step())
      instrumented.append(OperationClock.$current.withValue(clock) { training.step().whole })
    }
    tensorAllocations = training.allocations - allocationsBefore
    peak.measure()

    self.configuration = configuration
    environment = Environment(threads: configuration.threads)
    steps = count
    stepMS = Spread(timed.map(\.whole))
    forwardBackwardMS = Spread(timed.map(\.forwardBackward))
    optimizerMS = Spread(timed.map(\.optimizer))
    tokensPerSecond = Double(configuration.tokens) / stepMS.median * 1000
    gflopPerStep = configuration.operations * 1e-9
    optimizerGflopPerStep = training.optimizerOperations() * 1e-9
    gflopPerSecond = gflopPerStep / forwardBackwardMS.median * 1000
    matrixPeakGflopPerSecond = peak.gigaflopsPerSecond
    var work = configuration.operationsByPart
    work[.newtonSchulz] = training.optimizerOperations { $0 is Muon }
    split = StepSplit(clock, steps: instrumented, threads: configuration.threads, work: work)
    minorPageFaults = timed.reduce(0) { $0 + $1.pageFaults }
    memoryBytes = training.memory
  }
}

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
    var times: [StepPart: Double] = [:]
    let operations = clock.totals.map { entry, time in
      let operation = Operation(
        name: entry.operation, phase: entry.phase, ms: time.milliseconds / divisor)
      times[StepPart(of: entry.operation, entry.phase), default: 0] += operation.ms
      return operation
    }
    stepMS = whole
    coverage = times.values.reduce(0, +) / whole
    parts = StepPart.allCases.compactMap { part in
      times[part].map { time in
        Part(
          name: part.rawValue, ms: time, share: time / whole,
          gflopPerSecond: work[part].map { $0 / time * 1e-6 })
      }
    }
    self.operations = operations.sorted {
      ($0.ms, $1.name, $1.phase.rawValue) > ($1.ms, $0.name, $0.phase.rawValue)
    }
  }
}

extension BenchmarkResult {
  /// Prints tables, and what they mean.
  func print(to console: Console) {
    let times = [
      ("forward + backward", forwardBackwardMS),
      ("optimizer (\(configuration.optimizer))", optimizerMS),
      ("whole step", stepMS),
    ]
    let table = Table(
      times,
      [.left("milliseconds") { $0.0 }]
        + [("median", \Spread.median), ("min", \.min), ("max", \.max)].map { title, value in
          .right(title) { Format.fixed($0.1[keyPath: value], 1) }
        })
    let memory = memoryBytes
    let known = [
      ("lanes' buffers", memory.laneBuffers), ("lanes' gradients", memory.gradients),
      ("optimizer", memory.optimizer), ("weights", memory.weights),
    ]
    let rest = memory.peakRSS - known.reduce(0) { $0 + $1.1 }
    let items = known.sorted { $0.1 > $1.1 } + [("program and the rest", rest)]
    console.print(
      """
      \(table.text)

      \(Format.grouped(Int(tokensPerSecond))) tokens/s in \(configuration.precision.rawValue)
      \(Format.fixed(gflopPerStep, 1)) GFLOP a step, \(Format.fixed(gflopPerSecond, 0)) GFLOP/s in \
      forward + backward
      \(Format.percent(gflopPerSecond / matrixPeakGflopPerSecond)) of this machine's matrix products: \
      \(Format.fixed(matrixPeakGflopPerSecond, 0)) GFLOP/s with \
      \(Format.count(configuration.threads, "thread"))
      \(Format.grouped(minorPageFaults)) page faults and \(Format.grouped(tensorAllocations)) buffers \
      allocated in \(steps) steps
      \(Format.bytes(memory.peakRSS)) of memory: \
      \(items.map { "\($0.0) \(Format.bytes($0.1))" }.joined(separator: ", "))

      \(split.table(peak: matrixPeakGflopPerSecond).text)

      The parts are \(Format.percent(split.coverage)) of \(steps) more steps of \
      \(Format.fixed(split.stepMS, 1)) ms, with a clock in them: thread-seconds divided by threads.
      """)
  }
}

extension StepSplit {
  /// The parts, and what is left over.
  fileprivate func table(peak: Double) -> Table {
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
