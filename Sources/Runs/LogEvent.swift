import Foundation
import Muon
import Text

/// One line of `log.jsonl`.
package enum LogEvent: Codable, Sendable {
  case train(Train)
  case validation(RunLog.Validation)
  /// A look at a part of the validation set.
  case glance(RunLog.Validation)
  case diagnostics(Diagnostics)

  /// A training step; the loss is that of the batch before the update, null when it is not a number.
  package struct Train: Codable, Sendable {
    package var step: Int
    @OrNull package var loss: Double?
    package var learningRateFactor: Double
    /// Of Muon; null without it.
    @OrNull package var momentum: Double?
    package var stepMilliseconds: Double
    package var optimizerMilliseconds: Double
    package var tokensPerSecond: Double
    /// Of several ranks; absent of a process alone.
    package var communicationMilliseconds: Double?

    enum CodingKeys: String, CodingKey {
      case step, loss, momentum
      case learningRateFactor = "lr_factor"
      case stepMilliseconds = "step_ms"
      case optimizerMilliseconds = "optimizer_ms"
      case tokensPerSecond = "tokens_per_second"
      case communicationMilliseconds = "communication_ms"
    }

    /// What was measured, in whole nanoseconds.
    var measured: RunLog.Step {
      func duration(_ milliseconds: Double) -> Duration {
        .nanoseconds(Int64((min(max(milliseconds, 0), 1e12) * 1e6).rounded()))
      }
      return RunLog.Step(
        loss: loss, time: duration(stepMilliseconds),
        optimizerTime: duration(optimizerMilliseconds),
        communicationTime: communicationMilliseconds.map(duration))
    }
  }

  /// What the update of this number did to a matrix; null where a number is not finite, or has no meaning.
  package struct Diagnostics: Codable, Equatable, Sendable {
    package var step: Int
    package var matrix: String
    @OrNull package var updateRMS: Float?
    @OrNull package var weightNorm: Float?
    /// Absent from logs of before it was measured.
    package var weightSpectralNorm: Float?
    @OrNull package var gradientNorm: Float?
    /// Of the direction, before orthogonalization.
    @OrNull package var largestSingularValue: Float?
    @OrNull package var stableRank: Float?
    /// Seventeen, divided by the largest.
    @OrNull package var singularValues: [Float]?
    /// Seventeen, as they are.
    @OrNull package var orthogonalizedSingularValues: [Float]?
    /// Of a router: the share of the batch's visits that each expert got; absent of other matrices.
    package var expertLoad: [Float]?

    enum CodingKeys: String, CodingKey {
      case step, matrix
      case updateRMS = "update_rms"
      case weightNorm = "weight_norm"
      case weightSpectralNorm = "weight_spectral_norm"
      case gradientNorm = "gradient_norm"
      case largestSingularValue = "largest_singular_value"
      case stableRank = "stable_rank"
      case singularValues = "singular_values"
      case orthogonalizedSingularValues = "orthogonalized_singular_values"
      case expertLoad = "expert_load"
    }

    init(_ diagnosis: UpdateDiagnosis, step: Int, expertLoad: [Float]? = nil) {
      func short(_ value: Double?) -> Float? {
        value.map { Float($0) }.flatMap { $0.isFinite ? $0 : nil }
      }
      self.step = step
      self.expertLoad = expertLoad
      matrix = diagnosis.matrix
      updateRMS = short(diagnosis.updateRMS)
      weightNorm = short(diagnosis.weightNorm)
      weightSpectralNorm = short(diagnosis.weightSpectralNorm)
      gradientNorm = short(diagnosis.gradientNorm)
      largestSingularValue = short(diagnosis.direction?.largest)
      stableRank = short(diagnosis.direction?.stableRank)
      singularValues = diagnosis.direction?.ratios.map(Float.init)
      orthogonalizedSingularValues = diagnosis.orthogonalized?.quantiles.map(Float.init)
    }
  }

  private enum Key: String, CodingKey { case event }

  private enum Kind: String, Codable {
    case train, glance, diagnostics
    case validation = "val"
  }

  package init(from decoder: any Decoder) throws {
    switch try decoder.container(keyedBy: Key.self).decode(Kind.self, forKey: .event) {
    case .train: self = .train(try Train(from: decoder))
    case .validation: self = .validation(try RunLog.Validation(from: decoder))
    case .glance: self = .glance(try RunLog.Validation(from: decoder))
    case .diagnostics: self = .diagnostics(try Diagnostics(from: decoder))
    }
  }

  package func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: Key.self)
    switch self {
    case .train(let event):
      try container.encode(Kind.train, forKey: .event)
      try event.encode(to: encoder)
    case .validation(let event):
      try container.encode(Kind.validation, forKey: .event)
      try event.encode(to: encoder)
    case .glance(let event):
      try container.encode(Kind.glance, forKey: .event)
      try event.encode(to: encoder)
    case .diagnostics(let event):
      try container.encode(Kind.diagnostics, forKey: .event)
      try event.encode(to: encoder)
    }
  }

  /// The line of `log.jsonl`.
  package var line: String { get throws { try JSON.line(self) } }

  /// The line of `log.txt`, as modded-nanogpt writes it; only validations have one, whole or at a glance.
  package func text(steps: Int) -> String? {
    let (validation, name): (RunLog.Validation, String)
    switch self {
    case .validation(let event): (validation, name) = (event, "val_loss")
    case .glance(let event): (validation, name) = (event, "glance_loss")
    case .train, .diagnostics: return nil
    }
    let (step, seconds) = (validation.step, validation.trainSeconds)
    let average = step == 0 ? 0 : 1000 * seconds / Double(step)
    let accuracy = validation.accuracy.map { "val_accuracy:\(Format.fixed($0, 5)) " } ?? ""
    return "step:\(step)/\(steps) \(name):\(validation.loss.map { Format.fixed($0, 5) } ?? "nan") "
      + accuracy + "train_time:\(Format.fixed(seconds, 3))s step_avg:\(Format.fixed(average, 2))ms"
  }
}
