import Autograd
import Muon
import Testing

/// A handful of parameters like a small GPT's, and random gradients for them.
struct OptimizerFixture {
  let scope = ParameterScope(seed: 1)
  let matrices: [Parameter]
  let embedding: Parameter
  let gradients: Gradients

  init(embeddingRows: Int = 70) {
    let shapes: [Shape] = [[24, 24], [24, 24], [48, 12], [12, 48]]
    let scope = scope
    matrices = shapes.indices.map {
      scope.child($0).parameter("weight", shapes[$0], .normal(deviation: 0.1))
    }
    embedding = scope.child("embed").parameter(
      "weight", [embeddingRows, 12], .normal(deviation: 1))
    gradients = Gradients(of: scope)
  }

  var groups: [ParameterGroup] {
    [
      ParameterGroup(
        "hidden", matrices, rule: Muon(learningRate: 0.02, weightDecay: 0.1, scale: .rms)),
      ParameterGroup("outer", [embedding], rule: plainAdamW),
    ]
  }

  func optimizer(workers: Int = 2) throws -> Optimizer {
    try Optimizer(
      groups: groups, covering: scope.parameters, schedule: Schedule(cooldown: 0.5),
      workers: Workers(count: workers))
  }

  /// Updates with gradients that depend on the step alone.
  func train(_ optimizer: Optimizer, steps: Range<Int>) {
    for step in steps {
      var random = SplitMix64(seed: UInt64(step))
      for index in gradients.storage.buffer.indices {
        gradients.storage.buffer[index] = Float(random.uniform() - 0.5)
      }
      optimizer.step(gradients, at: TrainingProgress(step, of: 10))
    }
  }

  var bits: [[UInt32]] {
    scope.parameters.map { $0.value.elements.map(\.bitPattern) }
  }
}
