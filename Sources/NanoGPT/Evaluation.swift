import Autograd
import Foundation

/// How well a model predicts a validation set.
public struct Evaluation: Hashable, Sendable {
  /// The mean cross-entropy in nats per token.
  public let loss: Double
  /// The same in bits per byte of text, which does not depend on the tokenizer; nil when nothing is
  /// known about bytes.
  ///
  /// `nats / (ln 2 * bytes)`, over all targets. Predicting the end of a text costs nats but adds no bytes.
  public let bitsPerByte: Double?
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
    let losses = lanes.losses(sequences: windows.count) { window in
      loss(of: windows.inputs[window], against: windows.targets[window])
    }
    let mean = losses.reduce(0, +) / Double(windows.count)
    let nats = mean * Double(windows.tokens)
    return Evaluation(loss: mean, bitsPerByte: bytes.map { nats / (log(2) * Double($0)) })
  }
}
