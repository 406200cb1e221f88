import Autograd
import Foundation

/// A model as an optimizer sees it: its parameters, by the part that they play.
public protocol TrainableModel: Sendable {
  /// What meets the input first: a row for each token, or the filters that see the pixels.
  var embedding: Parameter { get }

  /// From the features of an input to the scores of all tokens, or classes.
  var head: Linear { get }

  /// All other matrices: what the optimizer that is put to the test moves.
  var hiddenMatrices: [Parameter] { get }

  /// What chooses among experts: their weights are hidden matrices, their biases go by the load.
  var routers: [Router] { get }
}

extension TrainableModel {
  /// By default none.
  public var routers: [Router] { [] }
}

/// A model of what token comes next: what training, evaluation and sampling use of one.
///
/// An architecture of your own conforms, and is known by name once a program has added it.
public protocol LanguageModel: TrainableModel {
  /// Creates a model whose products are in `precision`, and registers its parameters in `scope`.
  init(_ configuration: GPTConfiguration, precision: Precision, in scope: ParameterScope)

  /// What the model was built from.
  var configuration: GPTConfiguration { get }

  /// One row for each token: `[vocabularySize, modelDimension]`.
  var embedding: Parameter { get }

  /// From the features of a position to the scores of all tokens: `[vocabularySize, modelDimension]`.
  var head: Linear { get }

  /// The scores of the token after each of `tokens`, before the softcap: `[tokens, vocabularySize]`.
  ///
  /// A position's scores may depend on its own token and on those before it.
  func scores(of tokens: [TokenID]) -> Tensor

  /// The mean cross-entropy, in nats per token, of predicting each target from the tokens before it.
  ///
  /// - Parameters:
  ///   - inputs: At most `context` tokens.
  ///   - targets: For each input, the token that follows.
  /// - Returns: A scalar.
  func loss(of inputs: [TokenID], against targets: [TokenID]) -> Tensor

  /// The logits of the token after each of `tokens`: `[tokens, vocabularySize]`.
  func logits(of tokens: [TokenID]) -> Tensor

  /// For each layer of attention the largest score, in magnitude, that softmax is taken of; empty where a model does not
  /// say.
  func largestAttentionScores(of tokens: [TokenID]) -> [Float]
}

extension LanguageModel {
  /// By default that of the softcapped scores.
  public func loss(of inputs: [TokenID], against targets: [TokenID]) -> Tensor {
    scores(of: inputs).softcappedCrossEntropy(targets: targets, cap: configuration.softcap)
  }

  /// By default the softcapped scores.
  public func logits(of tokens: [TokenID]) -> Tensor {
    scores(of: tokens).softcapped(at: configuration.softcap)
  }

  /// By default none.
  public func largestAttentionScores(of tokens: [TokenID]) -> [Float] { [] }
}
