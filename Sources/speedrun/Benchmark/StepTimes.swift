import Autograd
import Muon
import NanoGPT

/// The durations of training steps on random tokens.
struct StepTimes {
  private(set) var forwardBackward: [Duration] = []
  private(set) var optimizer: [Duration] = []
  private(set) var whole: [Duration] = []

  /// Trains a fresh model for a few steps to warm up, and then for `steps` timed ones.
  init(
    _ configuration: GPTConfiguration, optimizer contestant: Contestant, batch: Int,
    lanes count: Int, steps: Int, workers: Workers
  ) throws {
    let scope = ParameterScope(seed: 0)
    let model = GPT(configuration, in: scope)
    let lanes = Lanes(count: count, scope: scope, workers: workers)
    let recipe = try TrackFile.kjv.recipe(for: contestant)
    let rules = try Optimizer(
      groups: recipe.groups(for: model), covering: scope.parameters, workers: workers)
    var random = SplitMix64(seed: 0)
    let warmUp = 3
    for step in 0..<steps + warmUp {
      let sequences = (0..<batch).map { _ in
        (0...configuration.context).map { _ in
          TokenID(random.next() % UInt64(configuration.vocabularySize))
        }
      }
      let start = ContinuousClock.now
      let (_, gradients) = lanes.lossAndGradients(sequences: batch) { index in
        model.loss(
          of: Array(sequences[index].dropLast()), against: Array(sequences[index].dropFirst()))
      }
      let middle = ContinuousClock.now
      rules.step(gradients, at: TrainingProgress(step, of: steps + warmUp))
      let end = ContinuousClock.now
      guard step >= warmUp else { continue }
      forwardBackward.append(middle - start)
      optimizer.append(end - middle)
      whole.append(end - start)
    }
  }
}
