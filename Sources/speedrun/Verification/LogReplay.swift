import Foundation
import Muon
import NanoGPT
import Text

/// The log of a run, played back: every line is compared with what the run's plan makes of it, and all of
/// them together give its result once more.
struct LogReplay {
  /// A loss in the log.
  struct Loss: Sendable {
    let isValidation: Bool
    let step: Int
    /// Nil where it was not a number.
    let value: Double?
    let line: Int
  }

  private(set) var trajectory: Trajectory
  private(set) var losses: [Loss] = []
  /// What diagnostics have seen.
  private(set) var diagnostics: LoggedDiagnostics
  /// Whether the log goes to the end of the run.
  private(set) var isWhole = false
  /// Whether it does, and every step took some time.
  var isSound: Bool { isWhole && trajectory.stepTimes.allSatisfy { $0 > .zero } }
  /// The bytes of text in the validation set, as losses and bits per byte have it.
  private(set) var validationBytes: Double?
  let plan: RunPlan
  private var lines: LogLines

  /// What is wrong with the lines.
  var findings: Findings { lines.findings }

  /// Plays a log.
  ///
  /// - Parameters:
  ///   - bytes: Its content.
  ///   - file: Its path, for what is found.
  ///   - plan: The run it should be of.
  ///   - matrices: The names of the matrices inside the model's blocks.
  ///   - validationBytes: The bytes of text in the validation set, if another run of it is known.
  init(
    _ bytes: [UInt8], file: String, plan: RunPlan, matrices: [String],
    validationBytes: Double? = nil
  ) {
    self.plan = plan
    self.validationBytes = validationBytes
    lines = LogLines(bytes, file: file)
    diagnostics = LoggedDiagnostics(of: matrices, by: plan.recipe.hidden.rule)
    trajectory = Trajectory(target: plan.track.target)
    do {
      try play()
    } catch {
      lines.say(error.message)
    }
  }

  /// The order of events is that of the training loop.
  private mutating func play() throws(LogLines.Flaw) {
    let steps = plan.recipe.steps
    for step in 0..<steps where !trajectory.endedEarly {
      if plan.track.validates(at: step, of: steps) { try validation(at: step) }
      if !trajectory.endedEarly { try training(at: step, of: steps) }
    }
    if !trajectory.endedEarly { try validation(at: steps) }
    isWhole = true
    guard lines.isAtEnd else {
      throw LogLines.Flaw(
        message: "the log should have ended: \(trajectory.outcome) after the line before")
    }
  }

  private mutating func training(at step: Int, of steps: Int) throws(LogLines.Flaw) {
    let event = try lines.next("train", at: step, keys: Self.trainKeys)
    let loss = try event.number("loss", orNull: true)
    let now = TrainingProgress(step, of: steps)
    lines.check(
      try event.number("lr_factor"), "lr_factor", plan.recipe.schedule.factor(at: now),
      "the schedule makes it")
    lines.check(
      try event.number("momentum", orNull: true), "momentum", plan.recipe.momentum(at: now),
      "the recipe makes it")
    let time = try event.duration("step_ms")
    let optimizerTime = try event.duration("optimizer_ms")
    if time == .zero { lines.say("step_ms is 0; no step takes no time") }
    if optimizerTime > time { lines.say("optimizer_ms is more than step_ms") }
    let tokens = plan.track.batch * plan.track.model.context
    lines.check(
      try event.number("tokens_per_second"), "tokens_per_second", Double(tokens) / time.seconds,
      "\(tokens) tokens in step_ms make it")
    trajectory.add(tokens: tokens, time: time, optimizerTime: optimizerTime)
    note(loss, isValidation: false, step: step)
    guard loss != nil else {
      trajectory.divergedAtStep = step
      return
    }
    trajectory.newtonSchulzCalls += plan.recipe.newtonSchulzCalls(of: diagnostics.matrices.count)
    try diagnostics.read(&lines, at: step)
  }

  private mutating func validation(at step: Int) throws(LogLines.Flaw) {
    let event = try lines.next("val", at: step, keys: Self.validationKeys)
    let loss = try event.number("val_loss", orNull: true)
    let bitsPerByte = try event.number("bits_per_byte", orNull: true)
    let seconds = try event.number("train_seconds") ?? 0
    lines.check(seconds, "train_seconds", trajectory.trainSeconds, "the step_ms so far add up to")
    if let loss { checkBits(bitsPerByte, loss: loss) }
    trajectory.add(
      Trajectory.Validation(
        step: step, loss: loss ?? .nan, bitsPerByte: bitsPerByte,
        trainSeconds: trajectory.trainSeconds))
    note(loss, isValidation: true, step: step)
  }

  private static let trainKeys: Set = [
    "loss", "lr_factor", "momentum", "step_ms", "optimizer_ms", "tokens_per_second",
  ]
  private static let validationKeys: Set = ["val_loss", "bits_per_byte", "train_seconds"]

  /// A loss and its bits per byte give the bytes of the validation set away, which are a whole number, and
  /// always the same.
  private mutating func checkBits(_ bitsPerByte: Double?, loss: Double) {
    guard let bitsPerByte, bitsPerByte != 0 else {
      if validationBytes != nil { lines.say("bits_per_byte is missing") }
      return
    }
    let context = plan.track.model.context
    let bits = loss * Double(plan.track.valTokens / context * context) / log(2)
    let bytes = bits / bitsPerByte
    if let validationBytes {
      lines.check(
        bitsPerByte, "bits_per_byte", bits / validationBytes, "with val_loss \(loss) it would be")
    } else if abs(bytes - bytes.rounded()) > 1e-6 {
      lines.say(
        "val_loss \(loss) and bits_per_byte \(bitsPerByte) do not belong together: of "
          + "\(Format.fixed(bytes, 3)) bytes, which is no whole number")
    } else {
      validationBytes = bytes.rounded()
    }
  }

  private mutating func note(_ loss: Double?, isValidation: Bool, step: Int) {
    losses.append(Loss(isValidation: isValidation, step: step, value: loss, line: lines.number))
    lines.advance()
  }
}

extension Recipe {
  /// How many matrices Newton-Schulz orthogonalizes in an update, of so many inside the blocks.
  fileprivate func newtonSchulzCalls(of matrices: Int) -> Int {
    muon?.orthogonalization == .newtonSchulz ? matrices : 0
  }
}
