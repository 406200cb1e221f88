import Autograd
import Experiments
import Foundation
import Muon
import NanoGPT
import Runs
import Text

/// A command to type next, in words that a shell reads as they are.
struct NextCommand {
  /// What it is good for, where that is not plain.
  var reason: String?
  let arguments: [String]

  /// The line to print.
  var text: String {
    (reason.map { "\($0): " } ?? "") + CommandText.text(arguments, as: Speedrun.command)
  }
}

/// What is worth trying after a run, as it was asked for.
struct NextCommands {
  let plan: RunPlan
  let source: TrackSource
  /// `--threads`, where it was given.
  let threads: Int?
  /// `--kernels`, where it was given.
  let kernels: String?
  /// The directory of the run, as the user would type it.
  let directory: String
  /// Whether text can be made from what is there: weights and a tokenizer.
  let canSample: Bool
  /// Whether there is a checkpoint to go on from, should the run have been interrupted.
  let canResume: Bool

  /// The commands after a run that ended like this.
  func after(_ outcome: RunRecord.Outcome) -> [NextCommand] {
    switch outcome {
    case .interrupted:
      canResume
        ? [
          NextCommand(reason: "goes on", arguments: ["run", "--resume", directory] + kernelsOption)
        ]
        : []
    case .diverged: slower.map { [$0] } ?? []
    case .reached, .missed, .completed:
      (canSample ? [NextCommand(arguments: ["sample", directory])] : [])
        + (other.map { [$0] } ?? [])
    }
  }

  /// The same with half the learning rate; nil where the rule calls it otherwise.
  private var slower: NextCommand? {
    let rule = plan.recipe.hidden.rule
    let keys = ["learning_rate", "learningRate"].map { "\(plan.optimizer).\($0)" }
    let key = keys.first {
      (try? plan.definition.value(of: $0, for: plan.optimizer)) != nil
    }
    guard let key else { return nil }
    let half = Setting(key: key, value: Setting.short(rule.learningRate / 2))
    return run(
      plan.optimizer, plan.settings.filter { $0.key != key } + [half],
      reason: "half the learning rate")
  }

  /// The same by the other optimizer: AdamW, or after AdamW Muon; nil where the track has no recipe for it.
  ///
  /// Settings of the track stay, those of the rule have no meaning there.
  private var other: NextCommand? {
    let other = plan.optimizer == AdamW.name ? Muon.name : AdamW.name
    guard (try? source.definition.recipe(for: other)) != nil else { return nil }
    let settings = plan.settings.filter { setting in
      plan.optimizer != setting.key.prefix { $0 != "." }
    }
    // So few steps may be too few for the other's warm-up.
    guard (try? source.definition.applying(settings, for: other)) != nil else { return nil }
    return run(other, settings)
  }

  private func run(
    _ optimizer: String, _ settings: [Setting], reason: String? = nil
  ) -> NextCommand {
    let isDefault = source.options == ["--track", Registry.current.defaultTrack]
    var arguments = ["run", "--optimizer", optimizer] + (isDefault ? [] : source.options)
    for setting in settings { arguments += ["--set", setting.text] }
    if plan.seed != 0 { arguments += ["--seed", "\(plan.seed)"] }
    if plan.precision != .float32 { arguments += ["--precision", plan.precision.rawValue] }
    if let threads { arguments += ["--threads", "\(threads)"] }
    return NextCommand(reason: reason, arguments: arguments + kernelsOption)
  }

  private var kernelsOption: [String] { kernels.map { ["--kernels", $0] } ?? [] }
}

extension CompareCommand {
  /// The command of these arguments with another number of seeds.
  static func command(_ arguments: [String], seeds: Int) -> NextCommand {
    var kept: [String] = []
    var isValue = false
    for argument in arguments {
      if !isValue, argument != "--seeds", !argument.hasPrefix("--seeds=") { kept.append(argument) }
      isValue = argument == "--seeds"
    }
    return NextCommand(arguments: ["compare"] + kept + ["--seeds", "\(seeds)"])
  }
}

extension Console {
  /// Warns of what is suspicious about a run before it begins.
  func warn(of plan: RunPlan, from source: TrackSource) {
    if source.definition.isUntuned(plan.optimizer) { warnUntuned(plan.optimizer, source) }
    if let preset = source.preset { warn(presetIsUntuned: preset, plan.optimizer, source) }
    for warning in plan.recipe.warnings { warn(warning) }
  }

  /// Warns that a preset's recipe is a start, and says what would tune it.
  func warn(presetIsUntuned preset: String, _ optimizer: String, _ source: TrackSource) {
    warn(
      "nobody has tuned the recipes of \(preset) for this text; this does: "
        + NextCommand(arguments: ["sweep", "--optimizer", optimizer] + source.options).text)
  }

  /// Warns that a rule runs by the recipe of another, and says what would tune it.
  func warnUntuned(_ optimizer: String, _ source: TrackSource) {
    let sweep = NextCommand(arguments: ["sweep", "--optimizer", optimizer] + source.options)
    warn(
      "\(source.definition.track.name) has no recipe for \(optimizer): it runs by AdamW's, which nobody has tuned "
        + "for it; this does: \(sweep.text)")
  }
}
