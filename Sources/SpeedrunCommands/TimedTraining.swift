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

  let lanes: Lanes
  let optimizer: Optimizer
  private let track: Track
  private let model: any LanguageModel
  private var random = SplitMix64(seed: 0)

  init(_ plan: RunPlan, threads: Int) throws {
    let scope = ParameterScope(seed: plan.seed)
    let workers = Workers(count: threads)
    track = plan.track
    guard !plan.track.isOfImages else {
      throw UsageError(
        "track \(track.name) is of images, and only language models are timed by themselves",
        hint: "`speedrun run` says what a step of it takes")
    }
    model = RunPlan.languageModel(
      track.model.kind, track.configuration, plan.precision, in: scope)
    lanes = Lanes(count: track.lanesSideBySide, scope: scope, workers: workers)
    optimizer = try Optimizer(
      groups: plan.recipe.groups(for: model), covering: scope.parameters, workers: workers)
  }

  /// Trains on one batch.
  mutating func step() -> Step {
    let faults = CurrentProcess.minorPageFaults
    let (gradients, forwardBackward) = gradients()
    let start = ContinuousClock.now
    optimizer.step(gradients, at: TrainingProgress(0, of: 1))
    return Step(
      forwardBackward: forwardBackward, optimizer: ContinuousClock.now - start,
      pageFaults: CurrentProcess.minorPageFaults - faults)
  }

  /// Computes the gradients of one batch, and says how long it took.
  mutating func forwardBackward() -> Duration { gradients().duration }

  private mutating func gradients() -> (gradients: Gradients, duration: Duration) {
    let sequences = (0..<track.batch).map { _ in
      (0...track.model.context).map { _ in TokenID(random.next() % UInt64(track.vocabulary)) }
    }
    let (inputs, targets) = (
      sequences.map { Array($0.dropLast()) }, sequences.map { Array($0.dropFirst()) }
    )
    let start = ContinuousClock.now
    let (_, gradients) = lanes.lossAndGradients(sequences: track.batch) { [model] index in
      model.loss(of: inputs[index], against: targets[index])
    }
    return (gradients, ContinuousClock.now - start)
  }

  /// The number of tensor buffers asked of the system so far.
  var allocations: Int { lanes.allocations + optimizer.allocations }

  /// Estimates the floating-point operations of an update, by rules that are counted.
  func optimizerOperations(where isCounted: (any UpdateRule) -> Bool = { _ in true }) -> Double {
    optimizer.groups.filter { isCounted($0.rule) }.flatMap { group in
      group.parameters.map { group.rule.operations(elements: $0.shape.count, of: $0.shape) }
    }.reduce(0, +)
  }
}
