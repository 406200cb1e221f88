import Autograd
import Foundation
import NanoGPT
import Synchronization

/// What the weights of a run know of held-out text, beyond the loss.
public struct TextEvaluation: Codable, Hashable, Sendable {
  /// In nats per token of the validation set.
  public var loss: Double
  /// The share of tokens that were held for the likeliest.
  public var accuracy: Double
  /// The number of last words of lines, and of those that were found.
  public var lastWords, lastWordsFound: Int
  /// The largest score of a token, in magnitude and before the softcap, over ``probes`` windows.
  public var largestScore: Float
  /// For each block the largest score of attention, in magnitude, over the same windows; empty where a model does not say.
  public var largestAttentionScores: [Float]
  /// Most frequent tokens first.
  public var groups: [FrequencyGroups.Group]

  /// The number of windows of the validation set whose scores are looked at, evenly apart.
  public static let probes = 16

  enum CodingKeys: String, CodingKey {
    case loss, accuracy, groups
    case lastWords = "last_words"
    case lastWordsFound = "last_words_found"
    case largestScore = "largest_score"
    case largestAttentionScores = "largest_attention_scores"
  }

  /// The share of last words that were found; nil without any.
  package var lastWordAccuracy: Double? {
    lastWords == 0 ? nil : Double(lastWordsFound) / Double(lastWords)
  }
}

/// Judges models on the same data.
package struct TextEvaluator {
  private let windows: Batch
  private let groups: FrequencyGroups
  private let cloze: ClozeTest
  private let workers: Workers

  /// Looks through the data: nil without a tokenizer, which it takes to tell words.
  ///
  /// - Parameters:
  ///   - data: What the models were trained on, and the validation set.
  ///   - valTokens: The size of that set.
  ///   - model: What the models are built from.
  ///   - workers: Where to run; no number depends on how many there are.
  /// - Throws: `DataError` where there are too few tokens.
  package init?(
    _ data: PreparedData, valTokens: Int, model: GPTConfiguration, on workers: Workers
  ) throws(DataError) {
    guard let tokenizer = data.tokenizer else { return nil }
    windows = try ValidationSet(
      shards: data.validationShards, tokens: valTokens, contextLength: model.context
    ).windows
    groups = FrequencyGroups(
      of: data.trainingShards.lazy.map(\.tokens).joined(), vocabularySize: model.vocabularySize)
    cloze = ClozeTest(
      of: data.validationShards.map(\.tokens).joined(), tokenizer: tokenizer,
      contextLength: model.context)
    self.workers = workers
  }

  /// Judges the weights of a model.
  package func evaluate(_ model: some LanguageModel) -> TextEvaluation {
    let predictions = model.predictions(of: windows, on: workers).flatMap(\.self)
    let right = predictions.count(where: \.isLikeliest)
    let answers = cloze.answers(of: model, on: workers)
    let distance = max(1, windows.count / TextEvaluation.probes)
    let probes = stride(from: 0, to: windows.count, by: distance)
      .prefix(TextEvaluation.probes).map { windows.inputs[$0] }
    let found = Mutex([Int: (tokens: Float, attention: [Float])]())
    workers.forEach(probes.count) { index in
      let scores = withoutGradients { model.largestScores(of: probes[index]) }
      found.withLock { $0[index] = scores }
    }
    let scores = found.withLock { Array($0.values) }
    return TextEvaluation(
      loss: predictions.reduce(0) { $0 + $1.loss } / Double(predictions.count),
      accuracy: Double(right) / Double(predictions.count), lastWords: cloze.count,
      lastWordsFound: answers.count { $0 },
      largestScore: scores.map(\.tokens).max() ?? 0,
      largestAttentionScores: scores.reduce(into: []) { largest, score in
        largest = largest.isEmpty ? score.attention : zip(largest, score.attention).map(max)
      },
      groups: groups.summary(of: predictions, targets: windows.targets.flatMap(\.self)))
  }
}

extension LanguageModel {
  /// The largest score of a token before the softcap, and those of attention, in magnitude.
  fileprivate func largestScores(of tokens: [TokenID]) -> (tokens: Float, attention: [Float]) {
    let largest = scores(of: tokens).elements.reduce(0) { max($0, abs($1)) }
    return (largest, largestAttentionScores(of: tokens))
  }
}
