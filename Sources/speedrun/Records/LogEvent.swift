import Text

/// One line of `log.jsonl`.
enum LogEvent: Encodable {
  case train(Train)
  case validation(Validation)
  case diagnostics(Diagnostics)

  /// A training step; the loss is that of the batch before the update.
  struct Train: Encodable {
    let event = "train"
    let step: Int
    /// Null when it is not a number: JSON has no other way to say it.
    @OrNull var loss: Double?
    let learningRateFactor: Double
    /// Of Muon; null without it.
    @OrNull var momentum: Double?
    let stepMilliseconds: Double
    let optimizerMilliseconds: Double
    let tokensPerSecond: Double

    enum CodingKeys: String, CodingKey {
      case event, step, loss, momentum
      case learningRateFactor = "lr_factor"
      case stepMilliseconds = "step_ms"
      case optimizerMilliseconds = "optimizer_ms"
      case tokensPerSecond = "tokens_per_second"
    }
  }

  /// A validation before the training step of this number, or after the last.
  struct Validation: Encodable {
    let event = "val"
    let step: Int
    @OrNull var loss: Double?
    @OrNull var bitsPerByte: Double?
    let trainSeconds: Double

    enum CodingKeys: String, CodingKey {
      case event, step
      case loss = "val_loss"
      case bitsPerByte = "bits_per_byte"
      case trainSeconds = "train_seconds"
    }
  }

  func encode(to encoder: any Encoder) throws {
    switch self {
    case .train(let event): try event.encode(to: encoder)
    case .validation(let event): try event.encode(to: encoder)
    case .diagnostics(let event): try event.encode(to: encoder)
    }
  }
}
