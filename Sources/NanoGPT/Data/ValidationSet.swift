import Autograd
import Foundation

/// The windows on which a model is judged: always the same, in order.
public struct ValidationSet: Sendable {
  /// The first windows of the shard, in order.
  public let windows: Batch

  /// Takes the first `tokens / contextLength` windows of `shard`.
  ///
  /// - Parameters:
  ///   - shard: The validation shard.
  ///   - tokens: How many tokens to predict, rounded down to whole windows.
  ///   - contextLength: Tokens per window.
  /// - Throws: ``DataError`` of kind `badData` when the shard is shorter than that.
  public init(shard: TokenShard, tokens: Int, contextLength: Int) throws(DataError) {
    require(contextLength > 0, "ValidationSet: context length \(contextLength), at least 1")
    require(
      tokens >= contextLength,
      "ValidationSet: \(tokens) tokens make no window of \(contextLength)")
    let count = tokens / contextLength
    guard shard.tokens.count > count * contextLength else {
      throw .badData(
        path: shard.url.path,
        reason: "\(shard.tokens.count) tokens are too few to validate on \(count) windows of "
          + "\(contextLength), which need \(count * contextLength + 1)",
        hint: "validate on fewer tokens or prepare a longer text")
    }
    windows = Batch(windows: 0..<count, of: shard.tokens, contextLength: contextLength)
  }
}
