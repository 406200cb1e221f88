import Foundation
import Muon
import NanoGPT
import Text

/// What a run wrote as it went: losses, times, diagnostics.
///
/// All else in its files follows from these and the plan.
///
/// The functions that note what happened return the events to write. Reading a log back and asking for `events`
/// goes through the same functions, so a file that differs from them was not written by such a run.
public struct RunLog: Sendable {
  /// A training step: the loss of its batch before the update, nil where it is not a number.
  package struct Step: Equatable, Sendable {
    package var loss: Double?
    package var time: Duration
    package var optimizerTime: Duration
    /// Spent on messages to other ranks, and waiting for them; nil of a process alone.
    package var communicationTime: Duration?

    package init(
      loss: Double?, time: Duration, optimizerTime: Duration, communicationTime: Duration? = nil
    ) {
      (self.loss, self.time, self.optimizerTime) = (loss, time, optimizerTime)
      self.communicationTime = communicationTime
    }
  }

  /// A validation before the training step of this number, or after the last, on the whole set or at a glance; its loss
  /// is nil where it is not a number.
  public struct Validation: Codable, Equatable, Sendable {
    /// The training steps before it.
    public var step: Int
    /// The mean loss, in nats per token.
    @OrNull public var loss: Double?
    /// The same in bits per byte of text; nil where nothing is known about bytes.
    @OrNull public var bitsPerByte: Double?
    /// The share of images whose class was found; absent of text.
    public var accuracy: Double?
    /// The training time until then.
    public var trainSeconds: Double

    /// Creates a validation as a log has it.
    public init(
      step: Int, loss: Double?, bitsPerByte: Double? = nil, accuracy: Double? = nil,
      trainSeconds: Double
    ) {
      (self.step, self.accuracy, self.trainSeconds) = (step, accuracy, trainSeconds)
      self.loss = loss
      self.bitsPerByte = bitsPerByte
    }

    enum CodingKeys: String, CodingKey {
      case step
      case loss = "val_loss"
      case accuracy = "val_accuracy"
      case bitsPerByte = "bits_per_byte"
      case trainSeconds = "train_seconds"
    }
  }

  package let plan: RunPlan
  package private(set) var steps: [Step] = []
  /// The validations on the whole set: those that count.
  package private(set) var validations: [Validation] = []
  /// The looks at a part of the set, of which some were followed by the whole.
  package private(set) var glances: [Validation] = []
  package private(set) var diagnostics: [LogEvent.Diagnostics] = []
  /// Whether somebody ended the run before its time.
  package var isInterrupted = false
  private var trainTime = Duration.zero

  package init(_ plan: RunPlan) {
    self.plan = plan
  }

  /// The log of a run that has not begun; should it never end, this is what is known of it.
  package static func notBegun(_ plan: RunPlan) -> RunLog {
    var log = RunLog(plan)
    log.isInterrupted = true
    return log
  }
}

extension RunLog {
  /// Notes a training step.
  package mutating func train(_ step: Step) -> LogEvent {
    let now = TrainingProgress(steps.count, of: plan.steps)
    steps.append(step)
    trainTime += step.time
    return .train(
      LogEvent.Train(
        step: now.step, loss: step.loss, learningRateFactor: plan.recipe.schedule.factor(at: now),
        momentum: plan.recipe.momentum(at: now), stepMilliseconds: step.time.milliseconds,
        optimizerMilliseconds: step.optimizerTime.milliseconds,
        // A step that took no time is none; verify says so.
        tokensPerSecond: (Double(plan.tokensPerStep) / step.time.seconds).ifFinite ?? 0,
        communicationMilliseconds: step.communicationTime?.milliseconds))
  }

  /// The log as it was after so many training steps, before the validation that may follow; nil if there were fewer.
  package func asOf(step: Int) -> RunLog? {
    guard steps.count >= step else { return nil }
    var log = RunLog(plan)
    for step in steps.prefix(step) { _ = log.train(step) }
    log.validations = validations.filter { $0.step < step }
    log.glances = glances.filter { $0.step < step }
    log.diagnostics = diagnostics.filter { $0.step < step }
    return log
  }

  /// Notes a validation.
  package mutating func validate(
    loss: Double?, bitsPerByte: Double?, accuracy: Double? = nil
  ) -> LogEvent {
    var validation = judged(loss, bitsPerByte)
    if plan.track.isOfImages { validation.accuracy = accuracy }
    validations.append(validation)
    return .validation(validations[validations.count - 1])
  }

  /// Notes a look at a part of the validation set.
  package mutating func glance(loss: Double?, bitsPerByte: Double?) -> LogEvent {
    glances.append(judged(loss, bitsPerByte))
    return .glance(glances[glances.count - 1])
  }

  private func judged(_ loss: Double?, _ bitsPerByte: Double?) -> Validation {
    Validation(step: steps.count, loss: loss, bitsPerByte: bitsPerByte, trainSeconds: trainSeconds)
  }

  /// Notes what an update did to a matrix.
  package mutating func diagnose(_ event: LogEvent.Diagnostics) -> LogEvent {
    diagnostics.append(event)
    return .diagnostics(event)
  }

  /// The events, in the order in which training writes them.
  package var events: [LogEvent] {
    var replay = RunLog(plan)
    var events: [LogEvent] = []
    var (validations, glances) = (validations[...], glances[...])
    var diagnostics = diagnostics[...]
    func validate() {
      guard plan.validates(at: replay.steps.count) else { return }
      if plan.track.valGlance != nil {
        guard let next = glances.popFirst() else { return }
        events.append(replay.glance(loss: next.loss, bitsPerByte: next.bitsPerByte))
      }
      guard replay.needsWholeSet, let next = validations.popFirst() else { return }
      events.append(
        replay.validate(loss: next.loss, bitsPerByte: next.bitsPerByte, accuracy: next.accuracy))
    }
    for (index, step) in steps.enumerated() {
      validate()
      events.append(replay.train(step))
      while let next = diagnostics.first, next.step == index {
        events.append(replay.diagnose(next))
        diagnostics.removeFirst()
      }
    }
    validate()
    return events
  }

  /// The content of `log.jsonl`.
  package var jsonl: [UInt8] {
    get throws { Array(try events.map { try $0.line + "\n" }.joined().utf8) }
  }

  /// The content of `log.txt`.
  package var text: [UInt8] {
    let judged =
      glances.map { ($0.step, 0, LogEvent.glance($0)) }
      + validations.map { ($0.step, 1, LogEvent.validation($0)) }
    let lines = judged.sorted { ($0.0, $0.1) < ($1.0, $1.1) }
      .compactMap { $0.2.text(steps: plan.steps) }
    return Array(lines.map { $0 + "\n" }.joined().utf8)
  }

  /// Reads a `log.jsonl` up to its end, or to the first line that is no event.
  ///
  /// - Parameters:
  ///   - jsonl: The content of the file.
  ///   - plan: The run it is of.
  /// - Returns: What could be read, and the line that could not, counted from 1.
  package static func read(
    _ jsonl: [UInt8], of plan: RunPlan
  ) -> (log: RunLog, flaw: (line: Int, reason: String)?) {
    var log = RunLog(plan)
    let decoder = JSONDecoder()
    var lines = jsonl.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
    if lines.last?.isEmpty == true { lines.removeLast() }
    for (index, line) in lines.enumerated() {
      do {
        switch try decoder.decode(LogEvent.self, from: Data(line)) {
        case .train(let event): _ = log.train(event.measured)
        case .validation(let event):
          _ = log.validate(
            loss: event.loss, bitsPerByte: event.bitsPerByte, accuracy: event.accuracy)
        case .glance(let event):
          _ = log.glance(loss: event.loss, bitsPerByte: event.bitsPerByte)
        case .diagnostics(let event): _ = log.diagnose(event)
        }
      } catch {
        return (log, (index + 1, "not an event of a run\(JSON.place(of: error))"))
      }
    }
    return (log, nil)
  }
}

extension RunLog {
  /// The seconds spent on training steps.
  package var trainSeconds: Double { trainTime.seconds }

  /// The step whose loss was not a number.
  package var divergedAtStep: Int? {
    (glances + validations).first { $0.loss == nil }?.step ?? steps.firstIndex { $0.loss == nil }
  }

  /// Whether the run stopped before the end of its schedule.
  package var endedEarly: Bool { divergedAtStep != nil || isInterrupted }

  /// Whether the log goes to the end of the run.
  package var isWhole: Bool { endedEarly || validations.last?.step == plan.steps }

  /// Whether training has changed no bit of the loss.
  package var endsWhereItBegan: Bool {
    guard let first = validations.first, let last = validations.last, first.step < last.step else {
      return false
    }
    return first.loss != nil && first.loss == last.loss
  }

  /// The first validation at the target, or beyond.
  package var arrival: Validation? {
    plan.track.goal.flatMap { goal in validations.first(where: goal.isReached) }
  }

  /// The validation after the last step of the schedule.
  package var final: Validation? { endedEarly ? nil : validations.last }

  /// How the run ended.
  package var outcome: RunRecord.Outcome {
    if divergedAtStep != nil { return .diverged }
    if isInterrupted { return .interrupted }
    guard plan.track.goal != nil else { return .completed }
    return arrival == nil ? .missed : .reached
  }

  /// The training time spent on messages to other ranks; nil of a process alone.
  private var communicationTime: Duration? {
    let times = steps.compactMap(\.communicationTime)
    return times.isEmpty ? nil : times.reduce(.zero, +)
  }

  /// The part of the record that says what came of the run; what a log cannot tell comes from the process.
  package func result(of process: RunRecord.Process) -> RunRecord.Result {
    let tokens = steps.count * plan.tokensPerStep
    return RunRecord.Result(
      reached: plan.track.goal == nil ? nil : arrival != nil,
      stepsToTarget: arrival?.step, trainSecondsToTarget: arrival?.trainSeconds,
      finalValLoss: final?.loss, finalBitsPerByte: final?.bitsPerByte,
      finalValAccuracy: final?.accuracy, steps: steps.count, tokens: tokens,
      trainSeconds: trainSeconds,
      wallSeconds: process.wallSeconds, startupSeconds: process.startupSeconds,
      stepMillisecondsMedian: steps.map(\.time).median?.milliseconds,
      tokensPerSecond: steps.isEmpty ? nil : (Double(tokens) / trainSeconds).ifFinite,
      optimizerSeconds: steps.reduce(.zero) { $0 + $1.optimizerTime }.seconds,
      communicationSeconds: communicationTime?.seconds,
      newtonSchulzCalls: process.newtonSchulzCalls,
      peakResidentBytes: process.peakResidentBytes, divergedAtStep: divergedAtStep, pauses: pauses,
      interruptions: process.interruptions.isEmpty ? nil : process.interruptions,
      evaluation: process.evaluation)
  }
}
