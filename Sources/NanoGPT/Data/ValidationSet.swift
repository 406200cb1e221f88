import Autograd
import Foundation

/// The windows on which a model is judged: always the same, in order.
public struct ValidationSet: Sendable {
  /// The first windows of the shard, in order.
  public let windows: Batch

  /// The windows: rows of `context` tokens.
  public var inputs: [[TokenID]] { windows.inputs }

  /// The next token at every position of `inputs`.
  public var targets: [[TokenID]] { windows.targets }

  /// Takes the first `tokens / context` windows of `shard`.
  ///
  /// - Parameters:
  ///   - shard: the validation shard.
  ///   - tokens: how many tokens to predict, rounded down to whole windows.
  ///   - context: tokens per window.
  /// - Throws: `badData` when the shard is shorter than that.
  public init(shard: TokenShard, tokens: Int, context: Int) throws(DataError) {
    require(context > 0, "context \(context) must be positive")
    require(tokens >= context, "\(tokens) validation tokens make no window of \(context)")
    let count = tokens / context
    guard shard.tokens.count > count * context else {
      throw .badData(
        path: shard.url.path,
        reason: "\(shard.tokens.count) tokens are too few to validate on \(count) windows of "
          + "\(context), which need \(count * context + 1)",
        hint: "validate on fewer tokens or prepare a longer text")
    }
    windows = Batch(windows: 0..<count, of: shard.tokens, context: context)
  }
}
