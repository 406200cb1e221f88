import Autograd
import NanoGPT
import TestSupport

/// A model with random weights everywhere, also where a fresh one has zeros, so that its predictions
/// differ.
func randomModel(_ configuration: GPTConfiguration, seed: UInt64) -> GPT {
  let scope = ParameterScope(seed: seed)
  let model = GPT(configuration, in: scope)
  var random = SplitMix64(seed: seed)
  for parameter in scope.parameters {
    parameter.assign(random.floats(parameter.shape.count).map { $0 / 2 })
  }
  return model
}
