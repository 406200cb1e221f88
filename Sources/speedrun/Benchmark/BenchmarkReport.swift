import Autograd
import Foundation
import NanoGPT
import Runs
import Statistics
import Text

/// What a benchmark found: the content of `speedrun benchmark --json`.
package struct BenchmarkReport: Codable, Sendable {
  /// Median, least and greatest duration, in milliseconds.
  package struct Spread: Codable, Sendable {
    package let median: Double
    package let min: Double
    package let max: Double

    init(_ times: [Duration]) {
      median = times.median?.milliseconds ?? 0
      min = times.min()?.milliseconds ?? 0
      max = times.max()?.milliseconds ?? 0
    }
  }

  package let configuration: BenchmarkConfiguration
  package let environment: Environment
  /// Timed steps, none of them instrumented.
  package let steps: Int
  package let step: Spread
  package let forwardBackward: Spread
  package let optimizerStep: Spread
  package let tokensPerSecond: Double
  /// Of forward and backward.
  package let gigaflopsPerStep: Double
  /// Of forward and backward.
  package let gigaflopsPerSecond: Double
  package let peakGigaflopsPerSecond: Double
  package let split: StepSplit
  /// In all timed steps.
  package let minorPageFaults: Int
  /// In all timed steps.
  package let tensorAllocations: Int
  package let memory: MemoryUse
  package var comparison: BenchmarkComparison?

  enum CodingKeys: String, CodingKey {
    case configuration, environment, steps, split, comparison
    case step = "step_ms"
    case forwardBackward = "forward_backward_ms"
    case optimizerStep = "optimizer_ms"
    case tokensPerSecond = "tokens_per_second"
    case gigaflopsPerStep = "gflop_per_step"
    case gigaflopsPerSecond = "gflop_per_second"
    case peakGigaflopsPerSecond = "matrix_peak_gflop_per_second"
    case minorPageFaults = "minor_page_faults"
    case tensorAllocations = "tensor_allocations"
    case memory = "memory_bytes"
  }

  /// The share of the machine's matrix products that forward and backward reach.
  var shareOfPeak: Double { gigaflopsPerSecond / peakGigaflopsPerSecond }
}

extension BenchmarkReport {
  /// Trains for a few steps to warm up, and then for `steps` timed ones and as many instrumented ones, in
  /// turn.
  init(_ configuration: BenchmarkConfiguration, steps count: Int) throws {
    var training = try TimedTraining(configuration)
    var peak = MatrixPeak(threads: configuration.threads, configuration.precision)
    let clock = OperationClock()
    for _ in 0..<Self.warmUpSteps { _ = training.step() }
    peak.measure()
    let allocationsBefore = training.allocations
    var steps: [TimedTraining.Step] = []
    var instrumented: [Duration] = []
    for _ in 0..<count {
      steps.append(training.step())
      instrumented.append(
        OperationClock.$current.withValue(clock) { training.step().whole })
    }
    tensorAllocations = training.allocations - allocationsBefore
    peak.measure()

    self.configuration = configuration
    environment = Environment(threads: configuration.threads)
    self.steps = count
    step = Spread(steps.map(\.whole))
    forwardBackward = Spread(steps.map(\.forwardBackward))
    optimizerStep = Spread(steps.map(\.optimizer))
    tokensPerSecond = Double(configuration.tokens) / step.median * 1000
    gigaflopsPerStep = configuration.operations * 1e-9
    gigaflopsPerSecond = gigaflopsPerStep / forwardBackward.median * 1000
    peakGigaflopsPerSecond = peak.gigaflopsPerSecond
    split = StepSplit(
      clock, steps: instrumented, threads: configuration.threads,
      work: configuration.operationsByPart.merging(
        [.newtonSchulz: training.newtonSchulzOperations]) { $1 })
    minorPageFaults = steps.reduce(0) { $0 + $1.pageFaults }
    memory = training.memory
  }

  /// The first maps memory, the second finds it in place, the others let the processor settle.
  static let warmUpSteps = 4

  /// Reads what `speedrun benchmark --json` has printed.
  package init(contentsOf url: URL) throws(DataError) {
    let hint = "make one with `speedrun benchmark --json >FILE`"
    let bytes = try Files.read(url, hint: hint)
    do {
      self = try JSONDecoder().decode(BenchmarkReport.self, from: Data(bytes))
    } catch {
      throw .badData(path: url.path, reason: "not the JSON of a benchmark", hint: hint)
    }
  }
}
