import Autograd
import Foundation
import Muon
import NanoGPT
import Runs
import Testing
import Text

@Suite struct RunLogTests {
  /// Four steps of micro with validations at 0, 2 and 4, and a target of 5.
  private static func plan(_ optimizer: String = "muon") throws -> RunPlan {
    try RunPlan(
      .micro, optimizer,
      settings: try ["steps=4", "schedule.warmup_steps=0", "val_every=2", "target=5"].map {
        try Setting($0)
      }, seed: 0,
      precision: .float32)
  }

  /// A log of as many steps, each a millisecond longer than the one before; nil is a loss that is no number.
  private static func log(_ losses: [Double?], optimizer: String = "muon") throws -> RunLog {
    var log = RunLog(try plan(optimizer))
    for (step, loss) in losses.enumerated() {
      if log.endedEarly { return log }
      if log.plan.validates(at: step) { _ = log.validate(loss: loss, bitsPerByte: loss) }
      if log.endedEarly { return log }
      _ = log.train(
        RunLog.Step(
          loss: loss, time: .milliseconds(step + 1), optimizerTime: .microseconds(100 * step)))
    }
    if !log.endedEarly { _ = log.validate(loss: losses.last ?? nil, bitsPerByte: nil) }
    return log
  }

  private static func lines(_ log: RunLog) throws -> [String] {
    String(decoding: try log.jsonl, as: UTF8.self).split(separator: "\n").map(String.init)
  }

  @Test func everyLineFollowsFromWhatWasMeasured() throws {
    let log = try Self.log([6, 5.5, 5, 4.5])
    #expect(
      try Self.lines(log) == [
        #"{"bits_per_byte":6,"event":"val","step":0,"train_seconds":0,"val_loss":6}"#,
        #"{"event":"train","loss":6,"lr_factor":1,"momentum":0.95,"optimizer_ms":0,"step":0,"#
          + #""step_ms":1,"tokens_per_second":512000}"#,
        #"{"event":"train","loss":5.5,"lr_factor":1,"momentum":0.95,"optimizer_ms":0.1,"step":1,"#
          + #""step_ms":2,"tokens_per_second":256000}"#,
        #"{"bits_per_byte":5,"event":"val","step":2,"train_seconds":0.003,"val_loss":5}"#,
        #"{"event":"train","loss":5,"lr_factor":0.8333333333333334,"momentum":0.95,"#
          + #""optimizer_ms":0.2,"step":2,"step_ms":3,"tokens_per_second":170666.66666666666}"#,
        #"{"event":"train","loss":4.5,"lr_factor":0.4166666666666667,"momentum":0.95,"#
          + #""optimizer_ms":0.30000000000000004,"step":3,"step_ms":4,"tokens_per_second":128000}"#,
        #"{"bits_per_byte":null,"event":"val","step":4,"train_seconds":0.01,"val_loss":4.5}"#,
      ])
    #expect(
      String(decoding: log.text, as: UTF8.self) == """
        step:0/4 val_loss:6.00000 train_time:0.000s step_avg:0.00ms
        step:2/4 val_loss:5.00000 train_time:0.003s step_avg:1.50ms
        step:4/4 val_loss:4.50000 train_time:0.010s step_avg:2.50ms

        """)
    #expect(try Self.lines(try Self.log([6], optimizer: "adamw"))[1].contains(#""momentum":null"#))
  }

  @Test func aLogIsReadBackAsItWas() throws {
    for losses in [[6, 5.5, 5, 4.5], [1.0 / 3, 0.1, 1e-7, 1e22], [6, nil], [nil]] as [[Double?]] {
      let log = try Self.log(losses)
      let (again, flaw) = RunLog.read(try log.jsonl, of: log.plan)
      #expect(flaw == nil)
      #expect(again.steps == log.steps && again.validations == log.validations)
      #expect(try again.jsonl == log.jsonl && again.text == log.text)
      #expect(again.outcome == log.outcome && again.isWhole)
    }
  }

  /// A line of a log replaced, and what reading must say of it.
  static let flaws: [(line: String, said: String)] = [
    ("", "not an event of a run"), ("{", "not an event of a run"), ("[]", "not an event of a run"),
    ("\u{0}\u{FF}", "not an event of a run"),
    (#"{"event":"dreams"}"#, "look at 'event'"),
    (#"{"event":"train","step":1}"#, "look at '"),
    (#"{"event":"val","step":1e99,"val_loss":1,"train_seconds":1}"#, "not an event of a run"),
    (
      #"{"event":"val","step":1,"val_loss":"low","bits_per_byte":null,"train_seconds":1}"#,
      "look at 'val_loss'"
    ),
    (#"{"event":"val","step":1,"val_loss":1e999,"train_seconds":1}"#, "not an event of a run"),
    (String(repeating: "[", count: 100_000), "not an event of a run"),
  ]

  @Test(arguments: flaws.indices)
  func whatIsNoEventIsNamedByItsLine(_ index: Int) throws {
    let (line, said) = Self.flaws[index]
    let log = try Self.log([6, 5.5, 5, 4.5])
    var lines = try Self.lines(log)
    lines[2] = line
    let bytes = Array(lines.map { $0 + "\n" }.joined().utf8)
    let (read, flaw) = RunLog.read(bytes, of: log.plan)
    #expect(flaw?.line == 3)
    #expect(flaw?.reason.contains(said) == true, "\(flaw?.reason ?? "none")")
    #expect(read.steps.count == 1 && read.validations.count == 1, "all before it is read")
    #expect(!read.isWhole)
  }

  /// Numbers that no run has, and that must not stop the program.
  @Test func numbersOutOfAllBoundsAreNoDanger() throws {
    let plan = try Self.plan()
    for number in ["0", "-1", "1e300", "-1e300", "5e-324"] {
      let line =
        #"{"event":"train","loss":1,"lr_factor":1,"momentum":0.95,"optimizer_ms":\#(number),"#
        + #""step":9,"step_ms":\#(number),"tokens_per_second":1}"# + "\n"
      let (log, flaw) = RunLog.read(Array(String(repeating: line, count: 9).utf8), of: plan)
      #expect(flaw == nil && log.steps.count == 9, "more steps than the plan has")
      #expect(try !log.jsonl.isEmpty)
      #expect(log.trainSeconds >= 0 && !log.isWhole)
    }
  }

  @Test func theResultIsWhatTheLogMakes() throws {
    let process = RunRecord.Process(
      wallSeconds: 2, startupSeconds: 0.5, newtonSchulzCalls: 7, peakResidentBytes: 9)
    let reached = try Self.log([6, 5.5, 5, 4.5]).result(of: process)
    #expect(reached.reached == true && reached.stepsToTarget == 2)
    #expect(reached.trainSecondsToTarget == 0.003, "at the first validation, at or below")
    #expect(reached.finalValLoss == 4.5 && reached.finalBitsPerByte == nil)
    #expect(reached.steps == 4 && reached.tokens == 4 * 512)
    #expect(abs(reached.trainSeconds - 0.01) < 1e-15)
    #expect(reached.stepMillisecondsMedian == 2.5)
    #expect(abs(reached.optimizerSeconds - 0.0006) < 1e-15)
    #expect(reached.wallSeconds == 2 && reached.newtonSchulzCalls == 7)
    #expect(reached.divergedAtStep == nil)

    let diverged = try Self.log([6, nil, 5, 4])
    #expect(diverged.outcome == .diverged && diverged.endedEarly && diverged.isWhole)
    let result = diverged.result(of: process)
    #expect(result.divergedAtStep == 1 && result.finalValLoss == nil && result.steps == 2)
    #expect(result.reached == false && result.stepsToTarget == nil)
    #expect(try Self.log([nil]).result(of: process).tokensPerSecond == nil, "no step at all")

    #expect(try Self.log([6, 6, 6, 6]).outcome == .missed)
    var interrupted = try Self.log([6, 5, 5])
    #expect(interrupted.outcome == .reached)
    interrupted.isInterrupted = true
    #expect(interrupted.outcome == .interrupted && interrupted.final == nil)
  }

  @Test func withoutATargetARunIsCompleted() throws {
    let plan = try RunPlan(
      .micro, "muon", settings: [Setting("batch=4")], seed: 0, precision: .float32)
    var log = RunLog(plan)
    _ = log.validate(loss: 0.1, bitsPerByte: nil)
    #expect(log.outcome == .completed && log.arrival == nil)
  }
}

@Suite struct GlanceTests {
  private static func plan(_ more: [String] = []) throws -> RunPlan {
    try RunPlan(
      .micro, "muon",
      settings: try
        (["steps=20", "val_every=1", "target=5", "val_glance=4", "val_near=0.25"] + more)
        .map { try Setting($0) }, seed: 0, precision: .float32)
  }

  /// A log with glances that fall to these in the last fifth, the whole set being `difference` above each.
  private static func log(difference: Double) throws -> RunLog {
    var log = RunLog(try plan())
    for step in 0...20 {
      let glance = step < 16 ? 5.1 : [5.3, 5.2, 5, 4.5, 4][step - 16]
      _ = log.glance(loss: glance, bitsPerByte: 1)
      if log.needsWholeSet { _ = log.validate(loss: glance + difference, bitsPerByte: 2) }
      guard step < 20 else { break }
      _ = log.train(
        RunLog.Step(loss: glance, time: .milliseconds(1), optimizerTime: .microseconds(1)))
    }
    return log
  }

  @Test func theWholeSetIsJudgedOnceThenNearTheTargetAndAtTheEnd() throws {
    #expect(try Self.log(difference: 0).validations.map(\.step) == [16, 17, 18, 20])
    // At step 16 it turns out to be 0.2 above the glance; from then on that is reckoned with.
    let above = try Self.log(difference: 0.2)
    #expect(above.validations.map(\.step) == [16, 18, 20])
    #expect(above.glances.map(\.step) == Array(0...20))
    let below = try Self.log(difference: -0.3)
    #expect(below.validations.map(\.step) == [16, 17, 20], "5 - 0.3 is too far below")
    #expect(above.arrival?.step == 20 && below.arrival?.step == 16)
    #expect(above.curve.map(\.step) == Array(0...20))
    #expect(above.curve[18].loss == 5.2 && above.curve[19].loss == 4.5)
  }

  @Test func glancesAreWrittenAndReadBack() throws {
    let log = try Self.log(difference: 0.2)
    let (again, flaw) = RunLog.read(try log.jsonl, of: log.plan)
    #expect(flaw == nil && again.glances == log.glances && again.validations == log.validations)
    #expect(try again.jsonl == log.jsonl && again.text == log.text)
    let lines = String(decoding: log.text, as: UTF8.self).split(separator: "\n")
    #expect(lines.count == 24)
    #expect(lines[16] == "step:16/20 glance_loss:5.30000 train_time:0.016s step_avg:1.00ms")
    #expect(lines[17] == "step:16/20 val_loss:5.50000 train_time:0.016s step_avg:1.00ms")
  }

  @Test func aGlanceThatIsNoNumberEndsTheRun() throws {
    var log = RunLog(try Self.plan())
    _ = log.glance(loss: nil, bitsPerByte: nil)
    #expect(log.endedEarly && log.divergedAtStep == 0 && !log.needsWholeSet)
  }

  @Test func oneSettingAloneIsAnError() throws {
    for setting in ["val_glance=4", "val_near=0.1"] {
      let error = #expect(throws: UsageError.self) {
        try RunPlan(
          .micro, "muon", settings: [try Setting(setting)], seed: 0, precision: .float32)
      }
      #expect(error?.message.contains("go together") == true)
    }
    for setting in ["val_glance=1", "val_near=-1"] {
      #expect(throws: UsageError.self) { try Self.plan([setting]) }
    }
  }
}

@Suite struct DataOrderTests {
  private static func plan(_ definition: TrackDefinition, seed: UInt64) throws -> RunPlan {
    try RunPlan(definition, "muon", settings: [], seed: seed, precision: .float32)
  }

  @Test func theOrderFollowsTheSeedUnlessTheTrackFixesIt() throws {
    #expect(try Self.plan(.kjv, seed: 3).dataSeed == 0)
    let seeds = try [0, 1, 2, 1 << 31 - 1].map { try Self.plan(.sprint, seed: $0).dataSeed }
    #expect(seeds == [1 << 20, 2 << 20, 3 << 20, 1 << 51], "a million epochs apart")
    let first = RunRecord.Training(try Self.plan(.sprint, seed: 7))
    #expect(first.dataSeed == 8 << 20, "a record has the number")
  }
}
