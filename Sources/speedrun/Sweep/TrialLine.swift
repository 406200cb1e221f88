import Foundation
import Text

/// A finished trial as a line of `trials.jsonl`.
package struct TrialLine: Codable, Equatable, Sendable {
  package var arm: String
  package var stage: String
  /// Each as `key=value`.
  package var settings: [String]
  package var seed: UInt64
  package var outcome: RunRecord.Outcome
  @OrNull package var finalValLoss: Double?
  package var steps: Int
  @OrNull package var stepsToTarget: Int?
  package var trainSeconds: Double
  package var optimizerSeconds: Double
  /// Of the checkout the program was built in.
  @OrNull package var commit: String?
  @OrNull package var dirty: Bool?
  /// The directory of the record, from that of the sweep.
  package var run: String

  enum CodingKeys: String, CodingKey {
    case arm, stage, settings, seed, outcome, steps, commit, dirty, run
    case finalValLoss = "final_val_loss"
    case stepsToTarget = "steps_to_target"
    case trainSeconds = "train_seconds"
    case optimizerSeconds = "optimizer_seconds"
  }

  package init(arm: String, stage: String, trial: Trial, record: RunRecord) {
    let (result, git) = (record.result, record.environment.git)
    self.arm = arm
    self.stage = stage
    settings = trial.settings.map(\.text)
    seed = trial.seed
    outcome = record.outcome
    finalValLoss = result.finalValLoss
    steps = result.steps
    stepsToTarget = result.stepsToTarget
    trainSeconds = result.trainSeconds
    optimizerSeconds = result.optimizerSeconds
    commit = git.commit
    dirty = git.dirty
    run = "\(SweepDirectory.runs)/\(trial.directory.lastPathComponent)"
  }
}
