import Autograd
import Foundation

/// How the next token is chosen from a model's logits.
public struct Sampler: Sendable {
  /// The divisor of the logits: below 1 for safer text, above for wilder; 0 always takes the likeliest.
  public let temperature: Double
  /// The number of likeliest tokens to choose among; nil for all.
  public let topK: Int?
  private var random: SplitMix64

  /// Creates a sampler; the same seed makes the same choices.
  ///
  /// - Precondition: `temperature` is at least 0 and `topK` at least 1.
  public init(temperature: Double = 1, topK: Int? = nil, seed: UInt64) {
    require(temperature >= 0, "Sampler: temperature \(temperature), at least 0")
    require((topK ?? 1) >= 1, "Sampler: topK \(topK ?? 1), at least 1")
    self.temperature = temperature
    self.topK = topK
    random = SplitMix64(seed: seed)
  }

  /// Chooses a token given the logits of all of them.
  mutating func choose(from logits: [Float]) -> TokenID {
    // Likeliest first; equal logits by token, so that the choice is the same everywhere.
    let ranked = logits.indices.sorted {
      logits[$0] == logits[$1] ? $0 < $1 : logits[$0] > logits[$1]
    }
    let candidates = ranked.prefix(temperature == 0 ? 1 : topK ?? logits.count)
    guard let likeliest = candidates.first, candidates.count > 1 else {
      return TokenID(candidates.first ?? 0)
    }
    let weights = candidates.map {
      exp((Double(logits[$0]) - Double(logits[likeliest])) / temperature)
    }
    var remaining = random.uniform() * weights.reduce(0, +)
    for (candidate, weight) in zip(candidates, weights) {
      remaining -= weight
      if remaining < 0 { return TokenID(candidate) }
    }
    return TokenID(likeliest)
  }
}

extension LanguageModel {
  /// Continues a text token by token; each is predicted from the last `context` tokens.
  ///
  /// - Parameters:
  ///   - prompt: At least one token, such as the tokenizer's end of text.
  ///   - count: The number of tokens to add at most.
  ///   - sampler: How to choose.
  ///   - endOfText: A token to stop at; nil to go on.
  ///   - onToken: Called with each new token as soon as it is known.
  /// - Returns: The new tokens, the end of text not among them.
  @discardableResult
  public func sample(
    after prompt: [TokenID], count: Int, sampler: Sampler, endOfText: TokenID? = nil,
    onToken: (TokenID) -> Void = { _ in }
  ) -> [TokenID] {
    require(!prompt.isEmpty, "sample: a prompt of \(prompt.count) tokens, at least 1")
    var sampler = sampler
    var tokens = prompt
    for _ in 0..<count {
      let logits = withoutGradients { self.logits(of: Array(tokens.suffix(configuration.context))) }
      let next = sampler.choose(
        from: Array(logits.elements.suffix(configuration.vocabularySize)))
      if next == endOfText { break }
      tokens.append(next)
      onToken(next)
    }
    return Array(tokens.dropFirst(prompt.count))
  }
}
