import Foundation
import Muon
import NanoGPT

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

  /// A line that cannot be understood, after which nothing can be.
  private struct Flaw: Error {
    let message: String
  }

  private(set) var trajectory: Trajectory
  private(set) var losses: [Loss] = []
  /// Whether the log goes to the end of the run.
  private(set) var isWhole = false
  /// The bytes of text in the validation set, as losses and bits per byte have it.
  private(set) var validationBytes: Double?
  private(set) var findings = Findings()
  let plan: RunPlan
  private let file: String
  private let lines: [ArraySlice<UInt8>]
  private var position = 0

  /// Plays a log.
  ///
  /// - Parameters:
  ///   - bytes: Its content.
  ///   - file: Its path, for what is found.
  ///   - plan: The run it should be of.
  ///   - validationBytes: The bytes of text in the validation set, if another run of it is known.
  init(_ bytes: [UInt8], file: String, plan: RunPlan, validationBytes: Double? = nil) {
    self.plan = plan
    self.file = file
    self.validationBytes = validationBytes
    trajectory = Trajectory(target: plan.track.target)
    var lines = bytes.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
    let rest = lines.popLast() ?? []
    self.lines = rest.isEmpty ? lines : lines + [rest]
    do {
      if !rest.isEmpty { findings.add(file, line: self.lines.count, "the line has no end") }
      try play()
    } catch {
      findings.add(file, line: min(position + 1, max(1, self.lines.count)), error.message)
    }
  }

  /// The order of events is that of the training loop.
  private mutating func play() throws(Flaw) {
    let steps = plan.recipe.steps
    for step in 0..<steps where !trajectory.endedEarly {
      if plan.track.validates(at: step, of: steps) { try validation(at: step) }
      if !trajectory.endedEarly { try training(at: step, of: steps) }
    }
    if !trajectory.endedEarly { try validation(at: steps) }
    isWhole = true
    skipOtherEvents()
    guard position == lines.count else {
      throw Flaw(message: "the log should have ended: \(trajectory.outcome) after the line before")
    }
  }

  private mutating func training(at step: Int, of steps: Int) throws(Flaw) {
    let event = try next("train", at: step)
    let loss = try number("loss", of: event, isOptional: true)
    let now = TrainingProgress(step, of: steps)
    check(
      try number("lr_factor", of: event), "lr_factor", plan.recipe.schedule.factor(at: now),
      "the schedule makes it")
    let momentum = try number("momentum", of: event, isOptional: true)
    check(momentum, "momentum", plan.recipe.momentum(at: now), "the recipe makes it")
    let time = try duration("step_ms", of: event)
    let optimizerTime = try duration("optimizer_ms", of: event)
    if optimizerTime > time { say("optimizer_ms is more than step_ms") }
    let tokens = plan.track.batch * plan.track.model.context
    check(
      try number("tokens_per_second", of: event), "tokens_per_second",
      Double(tokens) / time.seconds, "\(tokens) tokens in step_ms make it")
    trajectory.add(tokens: tokens, time: time, optimizerTime: optimizerTime)
    if loss == nil { trajectory.divergedAtStep = step }
    note(loss, isValidation: false, step: step)
  }

  private mutating func validation(at step: Int) throws(Flaw) {
    let event = try next("val", at: step)
    let loss = try number("val_loss", of: event, isOptional: true)
    let bitsPerByte = try number("bits_per_byte", of: event, isOptional: true)
    let seconds = try number("train_seconds", of: event) ?? 0
    check(seconds, "train_seconds", trajectory.trainSeconds, "the step_ms so far add up to")
    if let loss { checkBits(bitsPerByte, loss: loss) }
    trajectory.add(
      Trajectory.Validation(
        step: step, loss: loss ?? .nan, bitsPerByte: bitsPerByte, trainSeconds: seconds))
    note(loss, isValidation: true, step: step)
  }

  /// A loss and its bits per byte give the bytes of the validation set away, which are a whole number, and
  /// always the same.
  private mutating func checkBits(_ bitsPerByte: Double?, loss: Double) {
    guard let bitsPerByte, bitsPerByte != 0 else {
      if validationBytes != nil { say("bits_per_byte is missing") }
      return
    }
    let context = plan.track.model.context
    let bits = loss * Double(plan.track.valTokens / context * context) / log(2)
    let bytes = bits / bitsPerByte
    if let validationBytes {
      check(
        bitsPerByte, "bits_per_byte", bits / validationBytes, "with val_loss \(loss) it would be")
    } else if abs(bytes - bytes.rounded()) > 1e-6 {
      say(
        "val_loss \(loss) and bits_per_byte \(bitsPerByte) do not belong together: of "
          + "\(Format.fixed(bytes, 3)) bytes, which is no whole number")
    } else {
      validationBytes = bytes.rounded()
    }
  }

  private mutating func note(_ loss: Double?, isValidation: Bool, step: Int) {
    losses.append(Loss(isValidation: isValidation, step: step, value: loss, line: position + 1))
    position += 1
  }

  // MARK: Lines

  /// The line that comes next, which must be this event; it stays the next until it is noted.
  private mutating func next(_ kind: String, at step: Int) throws(Flaw) -> RawJSON {
    skipOtherEvents()
    let due = "the \(kind) event of step \(step)"
    guard position < lines.count else {
      throw Flaw(message: "the log ends after this line; \(due) should follow")
    }
    let event: RawJSON
    do {
      event = try RawJSON(Array(lines[position]))
    } catch {
      throw Flaw(message: "not JSON: \(error.problem), at column \(error.offset + 1)")
    }
    guard event["event"]?.text == kind, event["step"]?.integer == step else {
      let found = event["event"]?.text.map { "the \($0) event" } ?? "no event"
      throw Flaw(
        message: "\(found) of step \(event["step"]?.canonical ?? "?") where \(due) should be")
    }
    return event
  }

  /// Passes over whole events that say nothing about losses and times.
  private mutating func skipOtherEvents() {
    while position < lines.count, let event = try? RawJSON(Array(lines[position])),
      let kind = event["event"]?.text, kind != "train", kind != "val"
    {
      position += 1
    }
  }

  private func number(
    _ key: String, of event: RawJSON, isOptional: Bool = false
  ) throws(Flaw) -> Double? {
    guard let value = event[key] else { throw Flaw(message: "\(key) is missing") }
    if isOptional, value.isNull { return nil }
    guard let number = value.number, number.isFinite, number >= 0 else {
      throw Flaw(message: "\(key) is \(value.canonical); it should be a number of at least 0")
    }
    return number
  }

  /// A time that was measured in whole nanoseconds and written in milliseconds.
  private func duration(_ key: String, of event: RawJSON) throws(Flaw) -> Duration {
    let milliseconds = try number(key, of: event) ?? 0
    guard milliseconds < 1e12 else { throw Flaw(message: "\(key) is longer than a life") }
    return .nanoseconds(Int64((milliseconds * 1e6).rounded()))
  }

  private mutating func check(
    _ found: Double?, _ key: String, _ expected: Double?, _ reason: String
  ) {
    switch (found, expected) {
    case (nil, nil): return
    case (let found?, let expected?) where found.isClose(to: expected, within: 1e-12): return
    case _ where expected?.isFinite == false: return
    default:
      func text(_ value: Double?) -> String { value.map { "\($0)" } ?? "null" }
      say("\(key) is \(text(found)); \(reason) \(text(expected))")
    }
  }

  private mutating func say(_ message: String) {
    findings.add(file, line: position + 1, message)
  }
}
