import Autograd
import Foundation

/// An endless, reproducible stream of training batches.
///
/// A shard of N tokens has `(N - 1) / contextLength` windows. Epoch e visits the shards one after the
/// other, the windows of each in an order drawn from `seed + e`; batch k of a shard takes windows
/// `k * batchSize ..< (k + 1) * batchSize` of that order, and what is left over is skipped.
public struct BatchLoader: Sendable {
  /// A place in the stream, to save with a checkpoint and resume from.
  public struct Position: Codable, Hashable, Sendable {
    /// How many times all shards have been visited.
    public var epoch: Int
    /// The index of the shard the next batch comes from.
    public var shard: Int
    /// The index of the next batch within that shard.
    public var batch: Int

    /// Creates the place of batch `batch` of shard `shard` in epoch `epoch`.
    public init(epoch: Int, shard: Int, batch: Int) {
      self.epoch = epoch
      self.shard = shard
      self.batch = batch
    }

    /// The place of the first batch.
    public static let start = Position(epoch: 0, shard: 0, batch: 0)
  }

  /// Where the next batch comes from.
  public private(set) var position: Position

  private let shards: [TokenShard]
  private let batchSize: Int
  private let contextLength: Int
  private let seed: UInt64
  private var order: [Int] = []

  /// Creates a stream that starts at `position`.
  ///
  /// - Parameters:
  ///   - shards: At least one.
  ///   - batchSize: Windows per batch.
  ///   - contextLength: Tokens per window.
  ///   - seed: Determines the order of the windows.
  ///   - position: A place this stream passes, as its `position` reported it.
  /// - Throws: ``DataError`` of kind `badData` when a shard has fewer windows than one batch needs,
  ///   or when `position` lies outside the stream.
  public init(
    shards: [TokenShard], batchSize: Int, contextLength: Int, seed: UInt64,
    from position: Position = .start
  ) throws(DataError) {
    require(
      batchSize > 0 && contextLength > 0,
      "BatchLoader: batch size \(batchSize), context length \(contextLength), at least 1")
    require(!shards.isEmpty, "BatchLoader: \(shards.count) shards, at least 1")
    self.shards = shards
    self.batchSize = batchSize
    self.contextLength = contextLength
    self.seed = seed
    self.position = position
    for (index, shard) in shards.enumerated() where batches(inShard: index) < 1 {
      throw .badData(
        path: shard.url.path,
        reason: "\(shard.tokens.count) tokens are too few for one batch of \(batchSize) windows "
          + "of \(contextLength) tokens, which needs \(batchSize * contextLength + 1)",
        hint: "use a longer text, a smaller batch or a shorter context")
    }
    guard position.epoch >= 0, shards.indices.contains(position.shard),
      (0..<batches(inShard: position.shard)).contains(position.batch)
    else {
      throw .badData(
        path: shards[0].url.path, reason: "the stream has no \(position)",
        hint: "resume with the shards, batch size and context length the run was started with")
    }
    drawOrder()
  }

  /// Returns the next batch.
  public mutating func next() -> Batch {
    let windows = order[position.batch * batchSize..<(position.batch + 1) * batchSize]
    let next = Batch(
      windows: windows, of: shards[position.shard].tokens, contextLength: contextLength)
    advance()
    return next
  }

  private mutating func advance() {
    position.batch += 1
    guard position.batch == batches(inShard: position.shard) else { return }
    position.batch = 0
    position.shard += 1
    if position.shard == shards.count {
      position.shard = 0
      position.epoch += 1
    }
    drawOrder()
  }

  private mutating func drawOrder() {
    order = seededPermutation(
      of: windows(inShard: position.shard), seed: seed &+ UInt64(position.epoch))
  }

  private func windows(inShard index: Int) -> Int {
    (shards[index].tokens.count - 1) / contextLength
  }

  private func batches(inShard index: Int) -> Int {
    windows(inShard: index) / batchSize
  }
}

/// Returns the numbers `0..<count` in an order that depends on `seed` alone.
///
/// Fisher-Yates from the identity: for `i` from `count - 1` down to 1, swap `i` with
/// `next() mod (i + 1)`, where `next` is `SplitMix64`. Swift's own `shuffled(using:)` promises no
/// particular order, and this one is part of the batch order that other programs reproduce.
package func seededPermutation(of count: Int, seed: UInt64) -> [Int] {
  var random = SplitMix64(seed: seed)
  var order = Array(0..<count)
  for last in stride(from: count - 1, to: 0, by: -1) {
    order.swapAt(last, Int(random.next() % UInt64(last + 1)))
  }
  return order
}
