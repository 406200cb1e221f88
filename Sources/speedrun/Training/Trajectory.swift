import Muon
import Statistics
import Text

/// What happened in a run, as far as it has come.
struct Trajectory {
  /// One validation.
  struct Validation {
    let step: Int
    let loss: Double
    let bitsPerByte: Double?
    let trainSeconds: Double

    /// The line of `log.txt`, as modded-nanogpt writes it.
    func logLine(steps: Int) -> String {
      let average = step == 0 ? 0 : 1000 * trainSeconds / Double(step)
      return "step:\(step)/\(steps) val_loss:\(Format.fixed(loss, 5)) "
        + "train_time:\(Format.fixed(trainSeconds, 3))s step_avg:\(Format.fixed(average, 2))ms"
    }
  }

  let target: Double?
  var startupSeconds: Double?
  private(set) var validations: [Validation] = []
  private(set) var tokens = 0
  private(set) var stepTimes: [Duration] = []
  private(set) var trainTime = Duration.zero
  private(set) var optimizerTime = Duration.zero
  var newtonSchulzCalls = 0
  /// What diagnostics said of the last update they looked at.
  var lastDiagnosis: (step: Int, matrices: [UpdateDiagnosis])?
  /// The step whose loss was not a number.
  var divergedAtStep: Int?
  var isInterrupted = false

  init(target: Double?) {
    self.target = target
  }

  /// Whether the run stopped before the end of its schedule.
  var endedEarly: Bool { divergedAtStep != nil || isInterrupted }

  /// The number of training steps done.
  var steps: Int { stepTimes.count }

  /// The seconds spent on training steps.
  var trainSeconds: Double { trainTime.seconds }

  /// Notes a training step.
  mutating func add(tokens: Int, time: Duration, optimizerTime: Duration) {
    self.tokens += tokens
    stepTimes.append(time)
    trainTime += time
    self.optimizerTime += optimizerTime
  }

  /// Notes a validation; a loss that is not a number means that the run has diverged.
  mutating func add(_ validation: Validation) {
    validations.append(validation)
    if !validation.loss.isFinite, divergedAtStep == nil { divergedAtStep = validation.step }
  }

  /// The first validation at or below the target.
  var arrival: Validation? {
    guard let target else { return nil }
    return validations.first { $0.loss <= target }
  }

  /// The validation after the last step of the schedule.
  var final: Validation? {
    endedEarly ? nil : validations.last
  }

  var outcome: RunRecord.Outcome {
    if divergedAtStep != nil { return .diverged }
    if isInterrupted { return .interrupted }
    guard target != nil else { return .completed }
    return arrival == nil ? .missed : .reached
  }

  /// The part of the record that says what came of the run.
  func result(wallSeconds: Double) -> RunRecord.Result {
    RunRecord.Result(
      reached: target == nil ? nil : arrival != nil,
      stepsToTarget: arrival?.step, trainSecondsToTarget: arrival?.trainSeconds,
      finalValLoss: final?.loss, finalBitsPerByte: final?.bitsPerByte,
      steps: steps, tokens: tokens, trainSeconds: trainSeconds, wallSeconds: wallSeconds,
      startupSeconds: startupSeconds,
      stepMillisecondsMedian: stepTimes.median?.milliseconds,
      tokensPerSecond: steps == 0 ? nil : Double(tokens) / trainSeconds,
      optimizerSeconds: optimizerTime.seconds, newtonSchulzCalls: newtonSchulzCalls,
      peakResidentBytes: ProcessMemory.peakResidentBytes, divergedAtStep: divergedAtStep)
  }
}
