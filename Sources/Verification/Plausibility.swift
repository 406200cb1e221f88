import Autograd
import Experiments
import Foundation
import Muon
import NanoGPT
import Runs

/// What making files again cannot see: numbers that a log may have, and no training gives.
struct Plausibility {
  private(set) var findings = Findings()
  /// The bytes of text in the validation set, as losses and bits per byte have it: the same in all runs.
  private var validationBytes: Double?
  /// The same of what glances look at.
  private var glanceBytes: Double?
  private(set) var models: [Architecture: (model: any TrainableModel, matrices: [String])] = [:]

  /// The most weights a model may have that is built only to be looked at: a gigabyte of them.
  private static let mostWeights = 1 << 28

  /// What keeps a model from being looked at, in words; nil when nothing does.
  mutating func problem(with plan: RunPlan) -> String? {
    guard models[Architecture(plan)] == nil else { return nil }
    let configuration = plan.track.modelConfiguration
    guard configuration.weights <= Self.mostWeights else {
      return "its model is too large to be looked at: \(configuration.weights) weights"
    }
    let model = RunPlan.model(
      plan.track.model.kind, configuration, .float32, in: ParameterScope(seed: 0))
    models[Architecture(plan)] = (model, model.hiddenMatrices.map(\.name))
    return nil
  }

  /// The names of the matrices inside the blocks.
  private func matrices(_ run: FinishedRun) -> [String] {
    models[Architecture(run.log.plan)]?.matrices ?? []
  }

  /// The record that log and plan make of a run, with what only its process could tell.
  func expected(_ run: FinishedRun) -> RunRecord {
    let (plan, found) = (run.log.plan, run.record)
    let updates = run.log.steps.count { $0.loss != nil }
    var data = found.data
    data.corpus = plan.track.corpus
    var expected = RunRecord(
      of: run.log,
      groups: models[Architecture(plan)].map { plan.recipe.groups(for: $0.model) } ?? [],
      on: data, environment: found.environment,
      process: RunRecord.Process(
        wallSeconds: found.result.wallSeconds, startupSeconds: found.result.startupSeconds,
        newtonSchulzCalls: updates * plan.recipe.newtonSchulzCalls(of: matrices(run).count),
        peakResidentBytes: found.result.peakResidentBytes,
        interruptions: found.result.interruptions ?? [], evaluation: found.result.evaluation))
    // Of a log that breaks off, or whose steps took no time, nothing follows.
    if !isSound(run.log) { (expected.outcome, expected.result) = (found.outcome, found.result) }
    return expected
  }

  /// Whether a log goes to the end of its run, and every step took some time.
  private func isSound(_ log: RunLog) -> Bool {
    log.isWhole && log.steps.allSatisfy { $0.time > .zero }
  }

  /// Whether the numbers of a run may be reckoned with: those of its log, and of its plan, whatever its seed.
  func isComparable(_ run: FinishedRun) -> Bool {
    var training = run.record.configuration.training
    training.seed = run.trial.seed
    return isSound(run.log) && training == RunRecord.Training(run.log.plan)
  }

  /// Checks the numbers of a run.
  mutating func check(_ run: FinishedRun, path: String) {
    let (record, file) = (run.record, "\(path)/\(RunDirectory.logName)")
    if record.outcome == .interrupted {
      findings.add(
        "\(path)/\(RunDirectory.recordName)",
        "outcome is \"interrupted\"; a record has finished runs only")
    }
    if record.result.wallSeconds < record.result.trainSeconds {
      findings.add(
        "\(path)/\(RunDirectory.recordName)",
        "result.wall_seconds is \(record.result.wallSeconds), less than the training took")
    }
    if let evaluation = record.result.evaluation,
      let problem = problem(with: evaluation, of: run.log)
    {
      findings.add("\(path)/\(RunDirectory.recordName)", "result.evaluation: \(problem)")
    }
    for (index, event) in run.log.events.enumerated() {
      let problem =
        switch event {
        case .train(let event): problem(with: run.log.steps[event.step])
        case .validation(let validation):
          run.log.plan.track.isOfImages
            ? problem(withAccuracyOf: validation, run.log.plan.track.valTokens)
            : problem(with: validation, Self.tokens(in: run.log.plan.track), &validationBytes)
        case .glance(let glance):
          problem(with: glance, Self.glanceTokens(in: run.log.plan.track), &glanceBytes)
        case .diagnostics(let event):
          problem(with: event, of: run.log.plan.recipe) ?? problemOfLoad(in: event, of: run)
        }
      if let problem { findings.add(file, line: index + 1, problem) }
    }
    checkPlaces(of: run, file)
  }

  private func problem(with step: RunLog.Step) -> String? {
    if step.time <= .zero { return "step_ms is 0; no step takes no time" }
    if step.communicationTime ?? .zero > step.time {
      return "communication_ms is more than step_ms"
    }
    return step.optimizerTime > step.time ? "optimizer_ms is more than step_ms" : nil
  }

  /// The tokens that a validation on the whole set predicts.
  static func tokens(in track: Track) -> Int {
    track.valTokens / track.model.context * track.model.context
  }

  /// The tokens that a glance predicts.
  private static func glanceTokens(in track: Track) -> Int {
    let (windows, every) = (track.valTokens / track.model.context, track.valGlance ?? 1)
    return (windows + every - 1) / every * track.model.context
  }

  /// A loss and its bits per byte give the bytes of the validation set away, which are a whole number.
  private func problem(
    with validation: RunLog.Validation, _ tokens: Int, _ validationBytes: inout Double?
  ) -> String? {
    guard let loss = validation.loss else { return nil }
    guard let bits = validation.bitsPerByte, bits != 0 else {
      return validationBytes == nil ? nil : "bits_per_byte is missing"
    }
    let all = loss * Double(tokens) / log(2)
    if let validationBytes {
      return bits.isClose(to: all / validationBytes, within: 1e-12)
        ? nil
        : "bits_per_byte is \(bits); with val_loss \(loss) it would be \(all / validationBytes)"
    }
    let bytes = all / bits
    guard abs(bytes - bytes.rounded()) <= 1e-6 else {
      return
        "val_loss \(loss) and bits_per_byte \(bits) do not belong together: of \(bytes) bytes, "
        + "which is no whole number"
    }
    validationBytes = bytes.rounded()
    return nil
  }

  /// An accuracy is a whole number of images over how many there are.
  private func problem(withAccuracyOf validation: RunLog.Validation, _ images: Int) -> String? {
    guard let accuracy = validation.accuracy else { return "val_accuracy is missing" }
    let found = (accuracy * Double(images)).rounded()
    return (0...Double(images)).contains(found) && accuracy == found / Double(images)
      ? nil : "val_accuracy is \(accuracy), which is no share of \(images) images"
  }

  /// Diagnostics begin at step 0, come at equal distances, and have every matrix once, in the model's order.
  private mutating func checkPlaces(of run: FinishedRun, _ file: String) {
    guard let every = run.log.diagnosticsEvery else { return }
    let matrices = matrices(run)
    let due = run.log.steps.indices.filter {
      $0.isMultiple(of: every) && run.log.steps[$0].loss != nil
    }.flatMap { step in matrices.map { (step: step, matrix: $0) } }
    let found = run.log.diagnostics.map { (step: $0.step, matrix: $0.matrix) }
    guard
      let index = due.indices.first(where: { index in
        index >= found.count || found[index] != due[index]
      }) ?? (found.count > due.count ? due.count : nil)
    else { return }
    let place = index < found.count ? "\(found[index].matrix) of step \(found[index].step)" : "none"
    let wanted = index < due.count ? "\(due[index].matrix) of step \(due[index].step)" : "none"
    let line = run.log.events.indices.filter {
      if case .diagnostics = run.log.events[$0] { true } else { false }
    }.dropFirst(index).first
    findings.add(file, line: line.map { $0 + 1 }, "diagnostics are \(place); \(wanted) comes next")
  }

  /// Notes the runs that are another one under another seed: a lucky run counted twice.
  ///
  /// The seed decides the initial weights, and no two of them train to the same losses. The loss before the
  /// first step says nothing: with a head of zeros it is that of guessing, whatever the seed.
  mutating func checkCopies(_ runs: [ArmRun]) {
    for (index, run) in runs.enumerated() {
      let (trial, log) = (run.run.trial, run.run.log)
      for other in runs[..<index] {
        let (second, otherLog) = (other.run.trial, other.run.log)
        guard second.optimizer == trial.optimizer, second.settings == trial.settings,
          second.seed != trial.seed
        else { continue }
        let validations = log.validations.dropFirst().compactMap(\.loss)
        let losses = log.steps.dropFirst().compactMap(\.loss)
        let name =
          !validations.isEmpty
            && validations == otherLog.validations.dropFirst().compactMap(\.loss)
          ? "validation"
          : !losses.isEmpty && losses == otherLog.steps.dropFirst().compactMap(\.loss)
            ? "training" : nil
        guard let name else { continue }
        findings.add(
          "\(run.path)/\(RunDirectory.logName)",
          "its \(name) losses are those of \(other.path), which has another seed")
      }
    }
  }
}

extension RunLog {
  /// What a run must be asked for to look at the same updates; nil where it looked at none.
  var diagnosticsEvery: Int? {
    guard let first = diagnostics.first?.step else { return nil }
    return diagnostics.first { $0.step != first }.map { $0.step - first } ?? 1_000_000_000
  }
}

/// What determines the parameters of a model.
struct Architecture: Hashable {
  private let kind: String?
  private let configuration: ModelConfiguration

  init(_ plan: RunPlan) {
    (kind, configuration) = (plan.track.model.kind, plan.track.modelConfiguration)
  }
}
