import Autograd
import NanoGPT
import SpeedrunCommands
import SwishGate

/// The GPT of this package with gated MLPs: `x = x + proj(swish(gate(x)) fc(x))`.
struct GatedGPT: LanguageModel {
  struct Block: Sendable {
    let attention: CausalSelfAttention
    let gate, expansion, projection: Linear

    var matrices: [Parameter] {
      attention.matrices + [gate, expansion, projection].map(\.weight)
    }

    func callAsFunction(_ x: Tensor) -> Tensor {
      let attended = x + attention(x.rmsNorm())
      let h = attended.rmsNorm()
      return attended + projection(gate(h).swishGate(expansion(h)))
    }
  }

  let configuration: GPTConfiguration
  let embedding: Parameter
  let blocks: [Block]
  let head: Linear

  init(_ configuration: GPTConfiguration, precision: Precision, in scope: ParameterScope) {
    let (vocabulary, width) = (configuration.vocabularySize, configuration.modelDimension)
    // Three matrices of two thirds the size have as many weights as two.
    let hidden = configuration.hiddenDimension * 2 / 3
    let rotary = RotaryTable(
      positions: configuration.context, headSize: configuration.headSize,
      base: configuration.ropeBase)
    func linear(
      _ inputs: Int, _ outputs: Int, _ start: Initializer, _ scope: ParameterScope
    ) -> Linear {
      Linear(inputs, outputs, start, precision: precision, in: scope)
    }
    self.configuration = configuration
    embedding = scope.child("embed").parameter(
      "weight", [vocabulary, width], .normal(deviation: 1))
    blocks = (0..<configuration.layers).map { index in
      let scope = scope.child("blocks").child(index)
      let hiddenStart = Initializer.normalFanIn(scale: 0.33)
      return Block(
        attention: CausalSelfAttention(
          configuration, precision: precision, rotary: rotary, in: scope.child("attn")),
        gate: linear(width, hidden, hiddenStart, scope.child("gate")),
        expansion: linear(width, hidden, hiddenStart, scope.child("fc")),
        projection: linear(hidden, width, .zeros, scope.child("proj")))
    }
    head = linear(width, vocabulary, .zeros, scope.child("head"))
  }

  var hiddenMatrices: [Parameter] { blocks.flatMap(\.matrices) }

  func scores(of tokens: [TokenID]) -> Tensor {
    let embedded = embedding.value.gathering(tokens).rmsNorm()
    return head(blocks.reduce(embedded) { $1($0) }.rmsNorm())
  }
}

Speedrun.main(adding: .model("gated-gpt", GatedGPT.self))
