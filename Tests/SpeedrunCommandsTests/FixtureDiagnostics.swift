import Autograd
import Foundation
import Muon
import NanoGPT
import Runs
import Testing

/// What diagnostics see of runs that never were.
extension ResultsFixture {
  /// Ten groups of one loss, but for the rarest tokens.
  func evaluation(of log: RunLog, rareLoss: Double) throws -> TextEvaluation {
    let (loss, tokens) = (try #require(log.final?.loss), log.plan.track.valTokens)
    let groups: [[String: Any]] = (0..<10).map { group in
      [
        "tokens": 1 << group, "least_count": 10 - group, "most_count": 20 - group,
        "targets": tokens / 10, "loss": loss + (group == 9 ? rareLoss : 0), "accuracy": 0.5,
      ]
    }
    let whole: [String: Any] = [
      "loss": loss + rareLoss / 10, "accuracy": 0.5, "last_words": 2000,
      "last_words_found": 200 + Int(((3 - loss) * 1000).rounded()), "largest_score": 12.5,
      "largest_attention_scores": [3.5, 4.5], "groups": groups,
    ]
    return try JSONDecoder().decode(
      TextEvaluation.self, from: try JSONSerialization.data(withJSONObject: whole))
  }

  /// Of a matrix of ones that grows, moved by so much of the learning rate.
  func diagnostics(
    of matrix: Parameter, _ step: Int, _ growth: Double, _ updateSize: Double, _ plan: RunPlan
  ) throws -> LogEvent.Diagnostics {
    let size = 1 + growth * Double(step) / 100
    let recipe = plan.recipe
    let factor = recipe.schedule.factor(at: TrainingProgress(step, of: plan.steps))
    let event: [String: Any] = [
      "step": step, "matrix": matrix.name,
      "update_rms": updateSize * factor * recipe.hidden.rule.learningRate,
      "weight_norm": size * Double(matrix.shape.count).squareRoot(),
      "weight_spectral_norm": 2 * size, "gradient_norm": 1,
      "largest_singular_value": NSNull(), "stable_rank": NSNull(), "singular_values": NSNull(),
      "orthogonalized_singular_values": NSNull(),
    ]
    return try JSONDecoder().decode(
      LogEvent.Diagnostics.self, from: try JSONSerialization.data(withJSONObject: event))
  }

  /// Adds a size of the model: losses that fall by 0.1 with every doubling of the steps, Muon's as far below AdamW's as the
  /// ratio of steps says.
  func addSize(_ width: Int, _ ratio: Double) throws {
    var track = TrackDefinition.kjv
    track.track.name = "size-\(width)"
    track.track.model.modelDimension = width
    func loss(_ steps: Double) -> Double {
      3 - 0.1 * log2(steps / 100) - log2(Double(width)) / 100
    }
    let arms = [50, 100, 200].flatMap { steps in
      [("adamw", 1.0), ("muon", ratio)].map { rule, ratio in
        Arm(
          name: "\(rule)-\(steps)", optimizer: rule, steps: steps,
          loss: loss(Double(steps) / ratio))
      }
    }
    try add("size-\(width)", purpose: "size", on: track, arms.sorted { $0.name < $1.name })
  }
}
