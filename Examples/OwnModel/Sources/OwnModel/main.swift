import Autograd
import NanoGPT
import SpeedrunCommands

/// A model that sees one token and guesses the next: an MLP over its embedding, without attention.
///
///     x = rms(embed[token]);  x = x + proj(relu(fc(x))^2);  scores = head(rms(x))
struct Bigram: LanguageModel {
  let configuration: GPTConfiguration
  let embedding: Parameter
  let expansion: Linear
  let projection: Linear
  let head: Linear

  init(_ configuration: GPTConfiguration, precision: Precision, in scope: ParameterScope) {
    let (vocabulary, width) = (configuration.vocabularySize, configuration.modelDimension)
    let hidden = configuration.hiddenDimension
    func linear(_ inputs: Int, _ outputs: Int, _ name: String, _ start: Initializer) -> Linear {
      Linear(inputs, outputs, start, precision: precision, in: scope.child(name))
    }
    self.configuration = configuration
    embedding = scope.child("embed").parameter(
      "weight", [vocabulary, width], .normal(deviation: 1))
    expansion = linear(width, hidden, "fc", .normalFanIn(scale: 0.33))
    projection = linear(hidden, width, "proj", .zeros)
    head = linear(width, vocabulary, "head", .zeros)
  }

  var hiddenMatrices: [Parameter] { [expansion.weight, projection.weight] }

  func scores(of tokens: [TokenID]) -> Tensor {
    let x = embedding.value.gathering(tokens).rmsNorm()
    return head((x + projection(expansion(x).squaredReLU())).rmsNorm())
  }
}

/// Numbers to count by, a document for each: a text needs no file.
let counting = Corpus(
  name: "counting",
  documents: (1...200).map { start in (0..<40).map { "\(start + $0)" }.joined(separator: " ") })

Speedrun.main(
  adding: .model("bigram", Bigram.self),
  .corpus("counting", vocabulary: 300, validationTokens: 512) { counting })
