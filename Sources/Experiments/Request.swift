import Autograd
import Foundation
import NanoGPT
import Runs
import Text

/// Which command makes an experiment.
package enum ExperimentKind: String, CaseIterable, Codable, Sendable {
  case comparison
  case sweep
}

/// What an experiment is made for: where its numbers are shown.
package enum Purpose: String, CaseIterable, Codable, Sendable {
  /// A comparison of optimizers, each as well tuned as it could be.
  case leaderboard
  /// The final loss as a function of the number of steps.
  case lengths
  /// What each part of a recipe is worth, the first arm being the whole.
  case ablations
  /// What weights know beyond the loss: frequent and rare tokens, last words.
  case knowledge
  /// How weights and scores grow over many steps.
  case growth
  /// The final loss as a function of the number of steps, at one size of the model.
  case size
  /// A search for hyperparameters.
  case search
  /// Steps to a loss at one size of the batch.
  case batch

  /// The kind of experiment it belongs to.
  package var kind: ExperimentKind {
    switch self {
    case .leaderboard, .lengths, .ablations, .knowledge, .growth, .size: .comparison
    case .search, .batch: .sweep
    }
  }
}

/// What was asked for: by flags, by a plan file, or by the record of an earlier experiment.
package struct Request: Sendable {
  package var source: TrackSource
  package var arms: [Arm]
  package var seeds: [UInt64]
  /// Of all arms; those of an arm come after them.
  package var settings: [Setting] = []
  package var precision = Precision.float32
  package var purpose: Purpose
  package var title: String?
  /// Of a sweep: its plan as the file has it.
  package var plan: String?
  /// Of a comparison whose seeds are added until it is answered: the question.
  package var question: DecisionRule?

  package init(
    _ source: TrackSource, arms: [Arm], seeds: [UInt64], settings: [Setting] = [],
    precision: Precision = .float32, purpose: Purpose = .leaderboard, title: String? = nil,
    plan: String? = nil, question: DecisionRule? = nil
  ) throws(UsageError) {
    (self.source, self.arms, self.seeds, self.settings) = (source, arms, seeds, settings)
    (self.precision, self.purpose, self.title, self.plan) = (precision, purpose, title, plan)
    self.question = question
    try check()
  }

  package var kind: ExperimentKind { purpose.kind }

  /// The number of trials: of two points that are the same those of both count, but a point that is run with further
  /// seeds counts with these only.
  package var trialCount: Int { arms.reduce(0) { $0 + $1.trialCount(seeds: seeds.count) } }

  /// Throws unless the experiment is fair and every setting fits the track.
  private func check() throws(UsageError) {
    if arms.isEmpty || seeds.isEmpty { throw UsageError("no arms or no seeds") }
    if let name = arms.map(\.name).firstRepeated {
      throw UsageError(
        "two arms are called '\(name)'", hint: "name them apart: \(name)=..., \(name)-2=...")
    }
    if Set(seeds).count != seeds.count { throw UsageError("a seed is there twice") }
    for arm in arms {
      if let name = arm.stages.map(\.name).firstRepeated {
        throw UsageError("arm \(arm.name): two stages are called '\(name)'")
      }
      for case (let index, .finals(_, let further)) in arm.stages.map(\.kind).enumerated() {
        if index != arm.stages.count - 1 {
          throw UsageError(
            "arm \(arm.name), stage \(arm.stages[index].name): only the last stage can have the "
              + "best again")
        }
        if let seed = further.first(where: seeds.contains) {
          throw UsageError(
            "arm \(arm.name), stage \(arm.stages[index].name): every point has run with seed \(seed)",
            hint: "name further seeds")
        }
      }
    }
    switch kind {
    case .comparison: _ = try track
    case .sweep:
      let counts = arms.map { (name: $0.name, trials: $0.trialCount(seeds: seeds.count)) }
      if let first = counts.first, counts.contains(where: { $0.trials != first.trials }) {
        throw UsageError(
          "the arms have unequal numbers of trials: "
            + counts.map { "\($0.name) \($0.trials)" }.joined(separator: ", "),
          hint: "a search is fair when every arm gets as many: add or remove values or factors")
      }
      for arm in arms { _ = try Search.rehearsed(arm, on: source.definition) }
    }
  }

  /// The plan of a trial.
  package func plan(
    _ arm: Arm, _ settings: [Setting], seed: UInt64
  ) throws(UsageError) -> RunPlan {
    try RunPlan(
      source.definition, arm.optimizer, settings: self.settings + settings, seed: seed,
      precision: precision)
  }

  /// What is allowed but suspicious about the recipes that the arms start from, in words.
  package var warnings: [String] {
    get throws(UsageError) {
      var warnings: [String] = []
      for arm in arms {
        let recipe = try plan(arm, arm.settings, seed: seeds[0]).recipe
        warnings += recipe.warnings.map { "arm \(arm.name): \($0)" }
      }
      return warnings
    }
  }

  /// The track that all arms of a comparison run on, settings applied; it must have a target.
  package var track: Track {
    get throws(UsageError) {
      let tracks = try arms.map { (arm) throws(UsageError) in
        try plan(arm, arm.settings, seed: seeds[0]).track
      }
      func possibleTrack(_ arm: Arm, _ settings: [Setting]) -> Track? {
        (try? plan(arm, settings, seed: seeds[0]))?.track
      }
      // What holds without an arm's settings; where only they make the whole possible, that of the first arm.
      let track = possibleTrack(arms[0], []) ?? tracks[0]
      if let (arm, _) = zip(arms, tracks).first(where: { $1 != track }) {
        let culprit = arm.settings.first { setting in
          possibleTrack(arm, [setting]).map { $0 != track } ?? false
        }
        throw UsageError(
          "arm \(arm.name): \(culprit?.text ?? "a setting") changes what the track fixes for all arms",
          hint: culprit.map { "\($0.option) beside the arms changes it for all of them" })
      }
      if kind == .comparison, track.goal == nil {
        throw UsageError(
          "track \(track.name) has no target",
          hint: track.isOfImages
            ? "set the accuracy to reach with --target ACCURACY"
            : "set the loss to reach with --target LOSS")
      }
      return track
    }
  }
}

extension Request {
  /// Where a comparison is made if nobody says: a name for people, and a checksum of all that is compared but the seeds.
  package var defaultDirectory: URL {
    let identity = try? JSON.line(
      Identity(
        base: source.definition, options: source.options, precision: precision,
        settings: settings.map(\.text),
        arms: arms.map { [$0.name, $0.optimizer] + $0.settings.map(\.text) }))
    let digest = SHA256.hexadecimal(Array((identity ?? "").utf8)).prefix(8)
    let names = arms.count <= 3 ? arms.map(\.name) : ["\(arms.count)-arms"]
    let name = ([source.definition.track.name] + names + [String(digest)]).joined(separator: "-")
    return URL(fileURLWithPath: "results/comparisons", isDirectory: true)
      .appendingPathComponent(name, isDirectory: true)
  }

  /// What makes a comparison this one.
  private struct Identity: Encodable {
    let base: TrackDefinition
    let options: [String]
    let precision: Precision
    let settings: [String]
    let arms: [[String]]
  }
}

extension Array where Element: Hashable {
  /// The first element that an earlier one equals.
  var firstRepeated: Element? {
    var seen: Set<Element> = []
    return first { !seen.insert($0).inserted }
  }
}
