import Autograd
import NanoGPT

/// Models as runs would build them, for the names of their parameters: each configuration's is built once.
struct KnownModels {
  private var models: [GPTConfiguration: GPT] = [:]

  /// The model of a configuration, with weights of no meaning.
  mutating func model(of configuration: GPTConfiguration) -> GPT {
    if let model = models[configuration] { return model }
    let model = GPT(configuration, in: ParameterScope(seed: 0))
    models[configuration] = model
    return model
  }
}
