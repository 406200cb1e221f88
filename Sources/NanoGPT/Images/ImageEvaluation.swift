import Autograd
import Foundation
import Synchronization

/// The images on which a model is judged: the first ones to validate on, in order.
package struct ImageValidation: Sendable {
  private let images: LabelledImages
  private let count: Int
  private let scale: PixelScale
  private let lanes: Lanes

  /// Takes the first `count` images of a shard, whose pixels become numbers by `scale`.
  ///
  /// - Throws: ``DataError`` of kind `badData` when there are fewer.
  package init(
    _ shard: ImageShard, count: Int, _ scale: PixelScale, lanes: Lanes
  ) throws(DataError) {
    require(count > 0, "ImageValidation: \(count) images, at least 1")
    guard count <= shard.images.count else {
      throw .badData(
        path: shard.url.path,
        reason: "\(shard.images.count) images are too few to validate on \(count)",
        hint: "validate on fewer, with `--set val_tokens=\(shard.images.count)`")
    }
    (images, self.count, self.scale, self.lanes) = (shard.images, count, scale, lanes)
  }

  /// Judges a model, side by side in lanes, without gradients.
  ///
  /// An image's class is found when it has the greatest score; of equal scores the first counts.
  package func judge(_ model: any ImageClassifier) -> Evaluation {
    let found = Mutex(0)
    let losses = lanes.losses(sequences: count) { index in
      let label = images.labels[index]
      let scores = model.scores(of: scale.tensor(index, of: images))
      // `max` returns the last of equals.
      let guess = scores.elements.enumerated().reversed().max { $0.element < $1.element }?.offset
      if guess == Int(label) { found.withLock { $0 += 1 } }
      return scores.loss(label, cap: model.configuration.softcap)
    }
    return Evaluation(
      loss: losses.reduce(0, +) / Double(count), bitsPerByte: nil,
      accuracy: Double(lanes.sum(ofCounts: found.withLock { $0 })) / Double(count))
  }
}
