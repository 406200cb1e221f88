import Autograd
import Machine
import Muon
import NanoGPT
import Runs
import Statistics
import Text

/// What a benchmark found: the content of `speedrun benchmark --json`, whose keys are these names in snake case.
struct BenchmarkResult: Encodable {
  /// The work, and how it was done.
  struct Configuration: Encodable {
    let model: GPTConfiguration
    let batch: Int
    let lanes: Int
    let optimizer: String
    let threads: Int
    let precision: Precision
    let newtonSchulzPrecision: Precision
  }

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

  /// What the memory holds, in bytes.
  struct Memory: Encodable {
    let weights: Int
    /// One for each weight in every lane.
    let gradients: Int
    /// What lanes compute with: activations and their gradients, weights laid out for products.
    let laneBuffers: Int
    /// What the rules remember, and what they compute with.
    let optimizer: Int
    /// The most the whole process has had resident.
    let peakRSS: Int
  }

  let configuration: Configuration
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
  let memoryBytes: Memory
}

extension BenchmarkResult {
  /// The first maps memory, the second finds it in place, the others let the processor settle.
  private static let warmUpSteps = 4

  /// Trains for a few steps to warm up, and then for `steps` timed ones and as many instrumented ones, in
  /// turn.
  init(_ plan: RunPlan, steps count: Int, threads: Int) throws {
    var training = try TimedTraining(plan, threads: threads)
    var peak = MatrixPeak(threads: threads, plan.precision)
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

    let (track, model) = (plan.track, plan.track.configuration)
    let tokens = Double(plan.tokensPerStep)
    let work: [OperationPart: Double] = [
      .projections: tokens * model.projectionOperationsPerToken,
      .attention: tokens * model.attentionOperationsPerToken,
      .newtonSchulz: training.optimizerOperations { $0 is Muon },
    ]
    let parameters = training.optimizer.groups.flatMap(\.parameters)
    let bytes = parameters.reduce(0) { $0 + $1.shape.count * MemoryLayout<Float>.stride }
    configuration = Configuration(
      model: model, batch: track.batch, lanes: track.lanesSideBySide, optimizer: plan.optimizer,
      threads: threads, precision: plan.precision,
      newtonSchulzPrecision: plan.recipe.muon?.newtonSchulzPrecision ?? .float32)
    environment = Environment(threads: threads)
    steps = count
    stepMS = Spread(timed.map(\.whole))
    forwardBackwardMS = Spread(timed.map(\.forwardBackward))
    optimizerMS = Spread(timed.map(\.optimizer))
    tokensPerSecond = tokens / stepMS.median * 1000
    gflopPerStep = ((work[.projections] ?? 0) + (work[.attention] ?? 0)) * 1e-9
    optimizerGflopPerStep = training.optimizerOperations() * 1e-9
    gflopPerSecond = gflopPerStep / forwardBackwardMS.median * 1000
    matrixPeakGflopPerSecond = peak.gigaflopsPerSecond
    split = StepSplit(clock, steps: instrumented, threads: threads, work: work)
    minorPageFaults = timed.reduce(0) { $0 + $1.pageFaults }
    memoryBytes = Memory(
      weights: bytes, gradients: training.lanes.count * bytes,
      laneBuffers: training.lanes.bufferBytes,
      optimizer: training.optimizer.stateBytes + training.optimizer.bufferBytes,
      peakRSS: CurrentProcess.peakResidentBytes)
  }

  /// Whose products are the peak.
  private var whosePeak: String {
    ProductKernels.forced.map { "the matrix products of \($0.name)" }
      ?? "this machine's matrix products"
  }

  /// Prints tables, and what they mean.
  func print(to console: Console) {
    let times = [
      ("forward + backward", forwardBackwardMS),
      ("optimizer (\(configuration.optimizer))", optimizerMS), ("whole step", stepMS),
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
      \(Format.percent(gflopPerSecond / matrixPeakGflopPerSecond)) of \(whosePeak): \
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
