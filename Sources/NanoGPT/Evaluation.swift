import Autograd
import Foundation

/// How well a model predicts a validation set, or a part of it.
public struct Evaluation: Hashable, Sendable {
  /// The mean cross-entropy in nats per token, or per image.
  public let loss: Double
  /// The same in bits per byte of text, which does not depend on the tokenizer; nil when nothing is
  /// known about bytes.
  ///
  /// `nats / (ln 2 * bytes)`, over all targets. Predicting the end of a text costs nats but adds no bytes.
  public let bitsPerByte: Double?
  /// The share of images whose class the model finds; nil of text.
  public let accuracy: Double?

  /// Puts numbers together.
  init(loss: Double, bitsPerByte: Double?, accuracy: Double?) {
    (self.loss, self.bitsPerByte, self.accuracy) = (loss, bitsPerByte, accuracy)
  }

  /// Sums up windows.
  ///
  /// - Parameters:
  ///   - losses: The mean loss of each, in the order of the windows.
  ///   - tokens: The tokens predicted in all.
  ///   - bytes: The bytes of text in them; nil without a tokenizer.
  init(_ losses: [Double], tokens: Int, bytes: Int?) {
    let loss = losses.reduce(0, +) / Double(losses.count)
    let nats = loss * Double(tokens)
    self.init(
      loss: loss, bitsPerByte: bytes.map { nats / (log(2) * Double($0)) }, accuracy: nil)
  }
}

extension LanguageModel {
  /// Evaluates the model on a validation set, side by side in lanes, without gradients.
  ///
  /// - Parameters:
  ///   - validation: The windows to predict.
  ///   - bytes: The number of text bytes in their targets, from ``Tokenizer/byteCount(of:)``; nil
  ///     without a tokenizer.
  ///   - lanes: Where to run.
  /// - Returns: The mean over all windows; the same bits for any number of threads.
  public func evaluate(_ validation: ValidationSet, bytes: Int?, in lanes: Lanes) -> Evaluation {
    let windows = validation.windows
    return Evaluation(
      losses(on: windows, Array(0..<windows.count), in: lanes), tokens: windows.tokens, bytes: bytes
    )
  }

  /// The mean loss of each of these windows.
  fileprivate func losses(on windows: Batch, _ indices: [Int], in lanes: Lanes) -> [Double] {
    // A glance at a set of one window leaves none.
    if indices.isEmpty { return [] }
    return lanes.losses(sequences: indices.count) { place in
      loss(of: windows.inputs[indices[place]], against: windows.targets[indices[place]])
    }
  }
}

/// Judges a model on a validation set in two parts: a glance first, then the rest if need be.
///
/// A glance is at one window in `every`, spread over the whole set. The whole set has the loss that
/// ``LanguageModel/evaluate(_:bytes:in:)`` gives, bit for bit: what the glance has seen is not computed again.
package struct GlancingValidation {
  private let set: ValidationSet
  private let lanes: Lanes
  private let (glance, rest): ([Int], [Int])
  private let (glanceTokens, glanceBytes): (Int, Int?)
  private let bytes: Int?
  private var glanceLosses: [Double]?

  /// Divides the windows of `set`; without `every` a glance has none of them.
  package init(
    _ set: ValidationSet, every: Int?, tokenizer: BytePairTokenizer?, lanes: Lanes
  ) {
    let windows = set.windows
    (self.set, self.lanes) = (set, lanes)
    glance = every.map { Array(stride(from: 0, to: windows.count, by: $0)) } ?? []
    let seen = Set(glance)
    rest = windows.targets.indices.filter { !seen.contains($0) }
    let targets = glance.flatMap { windows.targets[$0] }
    glanceTokens = targets.count
    glanceBytes = tokenizer?.byteCount(of: targets)
    bytes = tokenizer?.byteCount(of: windows.targets.joined())
  }

  /// Judges by the part; the weights must not change before ``whole(_:)``.
  package mutating func glance(_ model: any LanguageModel) -> Evaluation {
    let losses = model.losses(on: set.windows, glance, in: lanes)
    glanceLosses = losses
    return Evaluation(losses, tokens: glanceTokens, bytes: glanceBytes)
  }

  /// Judges by the whole set.
  package mutating func whole(_ model: any LanguageModel) -> Evaluation {
    guard let seen = glanceLosses else { return model.evaluate(set, bytes: bytes, in: lanes) }
    glanceLosses = nil
    var losses = [Double](repeating: 0, count: set.windows.count)
    for (index, loss) in zip(glance, seen) { losses[index] = loss }
    for (index, loss) in zip(rest, model.losses(on: set.windows, rest, in: lanes)) {
      losses[index] = loss
    }
    return Evaluation(losses, tokens: set.windows.tokens, bytes: bytes)
  }
}
