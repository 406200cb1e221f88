import Autograd
import Machine
import Muon
import NanoGPT
import Runs

/// A fresh model in training on random tokens, one timed step after another.
struct TimedTraining {
  /// What a step took.
  struct Step {
    let forwardBackward: Duration
    let optimizer: Duration
    let pageFaults: Int

    var whole: Duration { forwardBackward + optimizer }
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

  private let configuration: BenchmarkConfiguration
  private let model: GPT
  private let lanes: Lanes
  private let optimizer: Optimizer
  private var random = SplitMix64(seed: 0)

  init(_ configuration: BenchmarkConfiguration) throws {
    let scope = ParameterScope(seed: 0)
    let workers = Workers(count: configuration.threads)
    self.configuration = configuration
    model = GPT(configuration.model, precision: configuration.precision, in: scope)
    lanes = Lanes(count: configuration.lanes, scope: scope, workers: workers)
    var recipe = try TrackDefinition.kjv.recipe(for: configuration.optimizer)
    recipe.muon?.newtonSchulzPrecision = configuration.newtonSchulzPrecision
    optimizer = try Optimizer(
      groups: recipe.groups(for: model), covering: scope.parameters, workers: workers)
  }

  /// Trains on one batch.
  mutating func step() -> Step {
    let vocabulary = UInt64(configuration.model.vocabularySize)
    let sequences = (0..<configuration.batch).map { _ in
      (0...configuration.model.context).map { _ in TokenID(random.next() % vocabulary) }
    }
    let (inputs, targets) = (
      sequences.map { Array($0.dropLast()) }, sequences.map { Array($0.dropFirst()) }
    )
    let faults = CurrentProcess.minorPageFaults
    let start = ContinuousClock.now
    let (_, gradients) = lanes.lossAndGradients(sequences: configuration.batch) { [model] index in
      model.loss(of: inputs[index], against: targets[index])
    }
    let middle = ContinuousClock.now
    optimizer.step(gradients, at: TrainingProgress(0, of: 1))
    let end = ContinuousClock.now
    return Step(
      forwardBackward: middle - start, optimizer: end - middle,
      pageFaults: CurrentProcess.minorPageFaults - faults)
  }

  /// The number of tensor buffers asked of the system so far.
  var allocations: Int { lanes.allocations + optimizer.allocations }

  /// What the memory holds now.
  var memory: Memory {
    let weights = optimizer.groups.flatMap(\.parameters).reduce(0) { $0 + $1.shape.count }
    let bytes = weights * MemoryLayout<Float>.stride
    return Memory(
      weights: bytes, gradients: configuration.lanes * bytes, laneBuffers: lanes.bufferBytes,
      optimizer: optimizer.stateBytes + optimizer.bufferBytes,
      peakRSS: CurrentProcess.peakResidentBytes)
  }

  /// Estimates the floating-point operations of an update, by rules that are counted.
  func optimizerOperations(where isCounted: (any UpdateRule) -> Bool = { _ in true }) -> Double {
    optimizer.groups.filter { isCounted($0.rule) }.flatMap { group in
      group.parameters.map { group.rule.operations(elements: $0.shape.count, of: $0.shape) }
    }.reduce(0, +)
  }
}
