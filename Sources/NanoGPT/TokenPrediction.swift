import Autograd
import Foundation
import Synchronization

/// What a model says of one token, from those before it.
public struct TokenPrediction: Hashable, Sendable {
  /// The cross-entropy in nats.
  public let loss: Double
  /// Whether the model holds the token for the likeliest; of equally likely ones the first counts.
  public let isLikeliest: Bool

  /// Judges a token by the logits of all of them.
  package init(of token: TokenID, logits: ArraySlice<Float>) {
    var (likeliest, largest) = (logits.startIndex, -Float.infinity)
    for index in logits.indices where logits[index] > largest {
      (likeliest, largest) = (index, logits[index])
    }
    let sum = logits.reduce(0.0) { $0 + Double(exp($1 - largest)) }
    let target = logits.startIndex + Int(token)
    loss = log(sum) - Double(logits[target] - largest)
    isLikeliest = likeliest == target
  }
}

extension LanguageModel {
  /// Predicts every target of some windows, token by token, without gradients.
  ///
  /// - Parameters:
  ///   - windows: Tokens, and those that follow.
  ///   - workers: Where to run; the numbers do not depend on how many there are.
  /// - Returns: For every window the predictions of its targets, in order.
  public func predictions(of windows: Batch, on workers: Workers) -> [[TokenPrediction]] {
    let results = Mutex([[TokenPrediction]](repeating: [], count: windows.count))
    workers.forEach(windows.count) { window in
      let logits = withoutGradients { self.logits(of: windows.inputs[window]).elements }
      let size = configuration.vocabularySize
      let predictions = windows.targets[window].enumerated().map { row, token in
        TokenPrediction(of: token, logits: logits[row * size..<(row + 1) * size])
      }
      results.withLock { $0[window] = predictions }
    }
    return results.withLock(\.self)
  }
}
