import Autograd
import Foundation

/// An endless, reproducible stream of training batches: the images of one shard, in another order every epoch.
///
/// The order is that of ``BatchLoader``, with an image in the place of a window: epoch e visits them in an order drawn
/// from `seed + e`, and what is left over is skipped.
public struct ImageLoader: Sendable {
  /// Where the next batch comes from; there is one shard.
  public private(set) var position: BatchLoader.Position
  private let count: Int
  private let batchSize: Int
  private let seed: UInt64
  private var order: [Int] = []

  /// Creates a stream over `shard` that starts at `position`.
  ///
  /// - Throws: ``DataError`` of kind `badData` when there are fewer images than one batch needs, or `position` lies
  ///   outside the stream.
  public init(
    _ shard: ImageShard, batchSize: Int, seed: UInt64, from position: BatchLoader.Position = .start
  ) throws(DataError) {
    require(batchSize > 0, "ImageLoader: batch size \(batchSize), at least 1")
    (count, self.batchSize) = (shard.images.count, batchSize)
    (self.seed, self.position) = (seed, position)
    guard count >= batchSize else {
      throw .badData(
        path: shard.url.path, reason: "\(count) images are too few for one batch of \(batchSize)",
        hint: "use more images, or a smaller batch with `--set batch=\(count)`")
    }
    guard position.epoch >= 0, position.shard == 0,
      (0..<count / batchSize).contains(position.batch)
    else {
      throw .badData(
        path: shard.url.path, reason: "the stream has no \(position)",
        hint: "resume with the images and the batch size the run was started with")
    }
    drawOrder()
  }

  /// Returns the places of the images of the next batch.
  public mutating func next() -> [Int] {
    let images = order[position.batch * batchSize..<(position.batch + 1) * batchSize]
    position.batch += 1
    if position.batch == count / batchSize {
      (position.batch, position.epoch) = (0, position.epoch + 1)
      drawOrder()
    }
    return Array(images)
  }

  private mutating func drawOrder() {
    order = seededPermutation(of: count, seed: seed &+ UInt64(position.epoch))
  }
}
