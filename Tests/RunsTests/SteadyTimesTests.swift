import Autograd
import Runs
import Testing
import Text

/// What a clock says that went on while nothing else did.
@Suite struct SteadyTimesTests {
  /// A run of 200 steps of micro, 30 ms each, of which updates take 5; some steps take longer.
  private static func log(
    _ steps: Int = 200, longer passes: [Int: Duration] = [:], updates: [Int: Duration] = [:]
  ) throws -> RunLog {
    let settings = try ["steps=\(steps)", "val_every=20", "target=5"].map { try Setting($0) }
    var log = RunLog(
      try RunPlan(.micro, "muon", settings: settings, seed: 0, precision: .float32))
    for step in 0..<steps {
      if log.plan.validates(at: step) { _ = log.validate(loss: 5, bitsPerByte: 1) }
      let update = Duration.milliseconds(5) + updates[step, default: .zero]
      _ = log.train(
        RunLog.Step(
          loss: 5, time: .milliseconds(25) + passes[step, default: .zero] + update,
          optimizerTime: update))
    }
    _ = log.validate(loss: 5, bitsPerByte: 1)
    return log
  }

  @Test func aPauseMovesNoNumberThatIsCompared() throws {
    let usual = try Self.log()
    for pause in [Duration.seconds(4), .milliseconds(250), .seconds(30_000)] {
      for paused in [
        try Self.log(longer: [70: pause]), try Self.log(updates: [70: pause]),
        try Self.log(longer: [70: pause], updates: [70: pause]),
      ] {
        #expect(paused.withoutPauses(paused.validations) == usual.validations)
        #expect(paused.validations != usual.validations)
        let pauses = try #require(paused.pauses)
        #expect(pauses.steps == [70] && pauses.steadyTrainSeconds == usual.trainSeconds)
        #expect(pauses.steadyOptimizerSeconds == 1)
      }
    }
  }

  @Test func severalPausesAreFoundAndTheRawSumStays() throws {
    let pauses = Dictionary(uniqueKeysWithValues: (0..<90).map { ($0 * 2, Duration.seconds(1)) })
    let log = try Self.log(longer: pauses, updates: [7: .seconds(2), 9: .seconds(3)])
    #expect(log.pauses?.steps == ([7, 9] + pauses.keys).sorted())
    #expect(log.pauses?.steadyTrainSeconds == 6 && log.trainSeconds == 101)
  }

  @Test func whatALongStepTakesIsNoPause() throws {
    // Twice or seven times the usual, or so little that another program may have had its turn.
    let slow = Dictionary(
      uniqueKeysWithValues: (0..<200).map { ($0, Duration.milliseconds($0 % 7 * 25)) })
    let usual = try Self.log(longer: slow)
    #expect(usual.pauses == nil && usual.withoutPauses(usual.validations) == usual.validations)
    #expect(SteadyTimes(of: []).pausedSteps.isEmpty)
    #expect(SteadyTimes(of: Array(usual.steps.prefix(2))).pausedSteps.isEmpty)
    let fast = usual.steps.enumerated().map { index, step in
      RunLog.Step(
        loss: 5, time: index == 3 ? .milliseconds(45) : .milliseconds(1), optimizerTime: .zero)
    }
    #expect(SteadyTimes(of: fast).pausedSteps.isEmpty)
  }

  /// A rule may do a hundred times its work in some updates: that is what it costs.
  @Test func workThatComesAgainIsNoPause() throws {
    let work = Dictionary(
      uniqueKeysWithValues: stride(from: 0, to: 200, by: 50).map { ($0, Duration.seconds(1)) })
    #expect(try Self.log(updates: work).pauses == nil)
    let paused = try Self.log(updates: work.merging([60: .seconds(20)]) { $1 })
    #expect(paused.pauses?.steps == [60] && paused.pauses?.steadyTrainSeconds == 10)
  }
}
