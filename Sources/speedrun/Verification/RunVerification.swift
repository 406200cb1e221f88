import Autograd
import Foundation
import Muon
import NanoGPT
import Text

/// A run of a record that could be read in full.
struct VerifiedRun {
  let run: RecordedRun
  /// The name of its arm.
  let arm: String
  /// From the directory of the record.
  let path: String
  let replay: LogReplay

  /// Whether its numbers may be reckoned with: those of the log, and of its plan, whatever its seed.
  var isComparable: Bool {
    var training = run.record.configuration.training
    training.seed = replay.plan.seed
    return replay.isSound && training == RunRecord.Training(replay.plan)
  }

  /// The validations of its log.
  var curve: ValidationCurve {
    ValidationCurve(
      replay.trajectory.validations.map { validation in
        ValidationCurve.Point(
          step: validation.step, loss: validation.loss.ifFinite ?? .infinity,
          trainSeconds: validation.trainSeconds)
      })
  }
}

/// Checks the directory of a run against the trial it should be of.
struct RunVerification {
  let trial: Trial
  /// The name of its arm.
  let arm: String
  /// From the directory of the record.
  let path: String
  private(set) var findings = Findings()

  init(_ trial: Trial, of arm: String, path: String) {
    (self.trial, self.arm, self.path) = (trial, arm, path)
  }

  /// Checks all there is; nil when a file is missing or cannot be understood.
  mutating func verify(models: inout KnownModels, validationBytes: Double?) -> VerifiedRun? {
    guard let json = read(), let record = decoded(json), let plan = plan() else { return nil }
    guard let model = models.model(of: plan.track.configuration) else {
      add("its model is too large to be looked at: \(plan.track.configuration.weights) weights")
      return nil
    }
    guard let replay = replay(of: plan, model, validationBytes) else { return nil }
    if record.outcome == .interrupted {
      add("outcome is \"interrupted\"; a record has finished runs only")
    }
    let result = record.result
    if result.wallSeconds < result.trainSeconds {
      add("result.wall_seconds is \(result.wallSeconds), less than the training took")
    }
    findings.compare(
      json, with: expected(record, plan, model, replay), tolerance: 1e-12,
      in: "\(path)/run.json", because: Self.reason)
    return VerifiedRun(
      run: RecordedRun(trial, record, json: json), arm: arm, path: path, replay: replay)
  }

  /// What the trial and the log make of `run.json`.
  private func expected(
    _ record: RunRecord, _ plan: RunPlan, _ model: GPT, _ replay: LogReplay
  ) -> RunRecord {
    var expected = record
    expected.track = plan.track.name
    expected.optimizer = trial.optimizer
    expected.settings = trial.settings.map(\.text)
    expected.data.corpus = plan.track.corpus
    expected.configuration.model = plan.track.configuration
    expected.configuration.training = RunRecord.Training(plan)
    expected.configuration.groups = plan.recipe.groups(for: model).map(\.record)
    if replay.isSound {
      expected.outcome = replay.trajectory.outcome
      expected.result = replay.trajectory.result(wallSeconds: record.result.wallSeconds)
      // A log does not have these.
      expected.result.startupSeconds = record.result.startupSeconds
      expected.result.peakResidentBytes = record.result.peakResidentBytes
    }
    return expected
  }

  /// Who says what a value of `run.json` should be.
  private static func reason(for path: String) -> String {
    if path == "configuration.training.seed" { return "the directory's name says" }
    if path.hasPrefix("result") || path == "outcome" { return "the log makes it" }
    if path.hasPrefix("configuration") { return "track and settings make it" }
    return "it should be"
  }

  private mutating func read() -> RawJSON? {
    let url = trial.directory.appendingPathComponent("run.json")
    // What is missing is told where the files are listed.
    guard let bytes = try? Files.read(url, hint: "") else { return nil }
    do {
      return try RawJSON(bytes)
    } catch {
      add(error.text)
      return nil
    }
  }

  private mutating func decoded(_ json: RawJSON) -> RunRecord? {
    do {
      return try JSONDecoder().decode(RunRecord.self, from: Data(json.canonical.utf8))
    } catch {
      add("not the record of a run\(DecodingPlace.text(of: error))")
      return nil
    }
  }

  private mutating func plan() -> RunPlan? {
    do {
      return try trial.plan()
    } catch {
      add("its settings make no run: \(Failure(error).message)")
      return nil
    }
  }

  private mutating func replay(
    of plan: RunPlan, _ model: GPT, _ validationBytes: Double?
  ) -> LogReplay? {
    let hint = ""
    guard
      let events = try? Files.read(trial.directory.appendingPathComponent("log.jsonl"), hint: hint),
      let text = try? Files.read(trial.directory.appendingPathComponent("log.txt"), hint: hint)
    else { return nil }
    let replay = LogReplay(
      events, file: "\(path)/log.jsonl", plan: plan,
      matrices: model.hiddenMatrices.map(\.name), validationBytes: validationBytes)
    findings.add(replay.findings)
    if replay.isWhole { findings.add(replay.findings(inText: text, file: "\(path)/log.txt")) }
    return replay
  }

  private mutating func add(_ message: String) {
    findings.add("\(path)/run.json", message)
  }
}
