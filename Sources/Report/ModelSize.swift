import Autograd
import Experiments
import Foundation
import NanoGPT
import Runs
import Statistics

/// One size of the model: the final losses of both optimizers by the length of the schedule.
package struct ModelSize: Sendable {
  /// Those that are compared, by the names of their rules.
  package enum Optimizer: String, CaseIterable, Sendable {
    case adamw, muon
  }

  /// Schedules of one optimizer.
  package struct Family: Sendable {
    /// Operations of a step over those of forward and backward: what Newton-Schulz adds.
    package let cost: Double
    /// Ascending by steps; of each length a loss for every seed.
    package let points: [(steps: Int, losses: [Double])]

    /// The curve of the means over these seeds, by their places.
    func curve(_ seeds: [Int]) -> LossByLength {
      LossByLength(
        points.map { point in (point.steps, Sample(seeds.map { point.losses[$0] }).mean) })
    }
  }

  let name: String
  let link: String
  let model: GPTConfiguration
  let tokensPerStep: Int
  package let seeds: Int
  package let adamw: Family
  package let muon: Family

  package func family(_ optimizer: Optimizer) -> Family { optimizer == .adamw ? adamw : muon }

  /// The weights that a token meets: those of blocks and head.
  package var weights: Double { model.projectionOperationsPerToken / 6 }

  /// Operations of forward and backward for a schedule of so many steps.
  func operations(steps: Double) -> Double {
    steps * Double(tokensPerStep)
      * (model.projectionOperationsPerToken + model.attentionOperationsPerToken)
  }

  /// The loss at which the two are compared: AdamW's at the middle one of its lengths, of two the longer.
  package var level: Double { Sample(adamw.points[adamw.points.count / 2].losses).mean }

  /// The steps of AdamW that end at the level.
  var levelSteps: Int { adamw.points[adamw.points.count / 2].steps }

  /// Muon's steps to the level over AdamW's, with these seeds; nil where it was not measured.
  package func ratio(_ seeds: [Int]) -> Double? {
    // A resample may miss the level by a little at the longest length.
    guard let muon = muon.curve(seeds).steps(to: level, beyond: 1.5).value,
      let adamw = adamw.curve(seeds).steps(to: level, beyond: 1.5).value
    else { return nil }
    return muon / adamw
  }

  /// Takes a comparison whose arms are schedules of AdamW and of Muon; a length at which a seed diverged is left out, and
  /// nil is a comparison without several lengths of both.
  init?(_ experiment: FinishedExperiment, _ verdict: Verdict, _ runs: [ArmRun]) {
    let track = experiment.record.track
    let tokens = track.batch * track.model.context
    func family(_ optimizer: Optimizer) -> Family? {
      let arms = verdict.arms.filter { $0.optimizer == optimizer.rawValue }
        .sorted { $0.steps < $1.steps }
      let points = arms.compactMap { arm in
        runs.finalLosses(of: arm.name).map { (steps: arm.steps, losses: $0) }
      }
      guard points.count > 1 else { return nil }
      let recipe = runs.first { $0.log.plan.optimizer == optimizer.rawValue }?.log.plan.recipe
      let newtonSchulz = recipe?.muon.flatMap {
        NewtonSchulzCost($0, track.configuration, tokens: tokens)
      }
      return Family(cost: 1 + (newtonSchulz?.ratio ?? 0), points: points)
    }
    guard let adamw = family(.adamw), let muon = family(.muon) else { return nil }
    (name, link, model) = (experiment.name, experiment.link, track.configuration)
    (tokensPerStep, seeds) = (tokens, experiment.record.seeds.count)
    (self.adamw, self.muon) = (adamw, muon)
  }
}
