import Text

/// What a track wants of a validation: a loss no higher than a number, or an accuracy no lower than one.
package enum Goal: Hashable, Sendable {
  /// Nats per token.
  case loss(Double)
  /// The share of images whose class is found.
  case accuracy(Double)

  /// What a validation is judged by, the lower the better; nil where it is not a number.
  ///
  /// Of an accuracy it is the share of errors, so that whatever compares losses compares accuracies too.
  package func measure(of validation: RunLog.Validation) -> Double? {
    switch self {
    case .loss: validation.loss
    case .accuracy: validation.loss == nil ? nil : validation.accuracy.map { 1 - $0 }
    }
  }

  /// The measure to come down to.
  package var threshold: Double {
    switch self {
    case .loss(let loss): loss
    case .accuracy(let accuracy): 1 - accuracy
    }
  }

  /// Whether a validation is at the goal, or beyond.
  package func isReached(by validation: RunLog.Validation) -> Bool {
    measure(of: validation).map { $0 <= threshold } ?? false
  }

  /// The number to reach, as a person reads it.
  package var text: String {
    switch self {
    case .loss(let loss): Format.fixed(loss, 3)
    case .accuracy(let accuracy): Self.percent(accuracy)
    }
  }

  /// How far a measure is from the goal, in words.
  package func shortfallText(of measure: Double) -> String {
    let gap = measure - threshold
    return switch self {
    case .loss: "\(Format.fixed(gap, 4)) above the target of \(text)"
    case .accuracy: "\(Format.fixed(100 * gap, 2)) points below the target of \(text)"
    }
  }

  /// An accuracy with two digits after the point.
  package static func percent(_ accuracy: Double) -> String {
    "\(Format.fixed(100 * accuracy, 2)) % accuracy"
  }
}

extension Track {
  /// What it wants of a validation; nil of a track without a finish line.
  package var goal: Goal? { target.map(Goal.loss) ?? targetAccuracy.map(Goal.accuracy) }

  /// Whether it trains a model of images, and judges it by its accuracy too.
  package var isOfImages: Bool { model.images != nil }
}
