import Autograd
import Foundation

/// Windows of tokens and, at each position, the token that follows.
public struct Batch: Sendable, Equatable {
  /// The windows: `count` rows of the same length.
  public let inputs: [[TokenID]]
  /// The next token at every position of `inputs`: the same shape, shifted by one.
  public let targets: [[TokenID]]

  /// The number of windows.
  public var count: Int { inputs.count }

  /// The number of tokens predicted.
  public var tokens: Int { targets.reduce(0) { $0 + $1.count } }

  /// Windows of any lengths, and the tokens that follow.
  init(inputs: [[TokenID]], targets: [[TokenID]]) {
    (self.inputs, self.targets) = (inputs, targets)
  }

  /// The windows of several batches, in order.
  init(_ batches: [Batch]) {
    (inputs, targets) = (batches.flatMap(\.inputs), batches.flatMap(\.targets))
  }

  /// Cuts windows `windows` of length `contextLength` out of `tokens`: window w predicts the tokens
  /// `w * contextLength + 1 ... (w + 1) * contextLength`.
  init(windows: some Sequence<Int>, of tokens: ShardTokens, contextLength: Int) {
    var inputs: [[TokenID]] = []
    var targets: [[TokenID]] = []
    for window in windows {
      let start = window * contextLength
      inputs.append(Array(tokens[start..<start + contextLength]))
      targets.append(Array(tokens[start + 1...start + contextLength]))
    }
    self.inputs = inputs
    self.targets = targets
  }
}

/// The windows on which a model is judged: always the same, in order.
public struct ValidationSet: Sendable {
  /// The first windows of the shards, in order.
  public let windows: Batch

  /// Takes the first `tokens / contextLength` windows of `shards`, one shard after the other.
  ///
  /// - Parameters:
  ///   - shards: The validation shards: at least one. A window lies in one of them.
  ///   - tokens: How many tokens to predict, rounded down to whole windows.
  ///   - contextLength: Tokens per window.
  /// - Throws: ``DataError`` of kind `badData` when the shards are shorter than that.
  public init(shards: [TokenShard], tokens: Int, contextLength: Int) throws(DataError) {
    require(!shards.isEmpty, "ValidationSet: \(shards.count) shards, at least 1")
    require(contextLength > 0, "ValidationSet: context length \(contextLength), at least 1")
    require(
      tokens >= contextLength,
      "ValidationSet: \(tokens) tokens make no window of \(contextLength)")
    let wanted = tokens / contextLength
    var batches: [Batch] = []
    var missing = wanted
    for shard in shards {
      let count = min(missing, max(0, shard.tokens.count - 1) / contextLength)
      batches.append(
        Batch(windows: 0..<count, of: shard.tokens, contextLength: contextLength))
      missing -= count
    }
    guard missing == 0 else {
      let found = shards.reduce(0) { $0 + $1.tokens.count }
      throw .badData(
        path: shards[0].url.path,
        reason: "\(found) tokens are too few to validate on \(wanted) windows of "
          + "\(contextLength), which need \(wanted * contextLength + shards.count)",
        hint: "validate on fewer tokens, such as `--set val_tokens="
          + "\(max(1, wanted - missing) * contextLength)`, or prepare a longer text")
    }
    windows = Batch(batches)
  }
}
