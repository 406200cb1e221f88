import Autograd
import NanoGPT
import Runs
import Text

/// What a benchmark runs: the work, and how it is done.
package struct BenchmarkConfiguration: Encodable {
  package var model = GPTConfiguration(
    vocabularySize: 2048, modelDimension: 256, heads: 4, layers: 4, context: 256)
  /// Sequences in a step.
  package var batch = 16
  /// Shares the batch is split into.
  package var lanes = 4
  package var optimizer = "muon"
  package var threads: Int
  /// The arithmetic of the model's matrix products.
  package var precision = Precision.float32
  /// The arithmetic of Muon's.
  package var newtonSchulzPrecision = Precision.float32

  /// The reference configuration with some threads.
  package init(threads: Int) {
    self.threads = threads
  }

  /// Tokens in a step.
  var tokens: Int { batch * model.context }

  /// What can be changed, by the name it has in tracks.
  private static let extents: [(key: String, path: any WritableKeyPath<Self, Int> & Sendable)] = [
    ("vocabulary", \.model.vocabularySize), ("model_dim", \.model.modelDimension),
    ("heads", \.model.heads), ("layers", \.model.layers), ("context", \.model.context),
    ("batch", \.batch), ("lanes", \.lanes),
  ]

  /// The names of what can be changed.
  static let keys = extents.map(\.key)

  /// The extents, as `--configuration` has them.
  var text: String {
    Self.extents.map { "\($0.key)=\(self[keyPath: $0.path])" }.joined(separator: ",")
  }

  /// Changes extents as a list such as `model_dim=512,heads=8` says.
  package mutating func apply(_ list: String) throws(UsageError) {
    let unchanged = text
    for part in list.split(separator: ",", omittingEmptySubsequences: false) {
      let words = part.split(separator: "=", maxSplits: 1).map(String.init)
      guard words.count == 2 else {
        throw UsageError(
          "--configuration \(list): '\(part)' is not of the form key=value",
          hint: "for example --configuration model_dim=512,heads=8,batch=64")
      }
      guard let extent = Self.extents.first(where: { $0.key == words[0] }) else {
        throw UsageError(
          "--configuration \(part): no such key",
          hint: Suggestion.text(for: words[0], among: Self.keys))
      }
      guard let value = Int(words[1]) else {
        throw UsageError(
          "--configuration \(part): not a whole number",
          hint: "for example --configuration \(words[0])=\(self[keyPath: extent.path])")
      }
      self[keyPath: extent.path] = value
    }
    if let problem {
      throw UsageError("--configuration \(list): \(problem)", hint: "without it: \(unchanged)")
    }
  }

  /// What keeps this from being run, in words; nil when nothing does.
  private var problem: String? {
    for (name, value) in [("batch", batch), ("lanes", lanes)] where !(1...1 << 16).contains(value) {
      return "\(name) \(value) is not in 1...\(1 << 16)"
    }
    return model.problem
  }
}

extension BenchmarkConfiguration {
  /// Floating-point operations of forward and backward in a step: those of matrix products only.
  package var operations: Double { operationsByPart.values.reduce(0, +) }

  /// The same, by the part they are in.
  var operationsByPart: [StepPart: Double] {
    [
      .projections: Double(tokens) * model.projectionOperationsPerToken,
      .attention: Double(tokens) * model.attentionOperationsPerToken,
    ]
  }
}
