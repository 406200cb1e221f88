import Muon
import Testing

@Suite struct ScheduleTests {
  @Test func withoutWarmupOrCooldownItIsOne() {
    for step in [0, 50, 99, 100, 150] {
      #expect(Schedule().factor(at: TrainingProgress(step, of: 100)) == 1)
    }
  }

  @Test func coolsDownLinearlyToZeroAfterTheLastUpdate() {
    let schedule = Schedule(cooldown: 0.5)
    let expected = [(0, 1), (50, 1), (75, 0.5), (99, 0.02), (100, 0), (150, 0)]
    for (step, factor) in expected {
      #expect(
        abs(schedule.factor(at: TrainingProgress(step, of: 100)) - factor) < 1e-12, "step \(step)")
    }
  }

  @Test func warmsUpLinearlyWithoutLosingTheFirstUpdate() {
    let schedule = Schedule(warmupSteps: 4, cooldown: 0.25)
    let factors = (0..<6).map { schedule.factor(at: TrainingProgress($0, of: 100)) }
    #expect(factors == [0.25, 0.5, 0.75, 1, 1, 1])
  }

  @Test func overlappingWarmupAndCooldownTakeTheSmaller() {
    let schedule = Schedule(warmupSteps: 10, cooldown: 1)
    #expect(schedule.factor(at: TrainingProgress(0, of: 10)) == 0.1)
    #expect(abs(schedule.factor(at: TrainingProgress(8, of: 10)) - 0.2) < 1e-12)
  }

  @Test func aRunOfNoStepsIsAtItsEnd() {
    #expect(Schedule(cooldown: 0.5).factor(at: TrainingProgress(0, of: 0)) == 0)
    #expect(Schedule().factor(at: TrainingProgress(0, of: 0)) == 1)
  }

  @Test func sayWhatIsWrong() {
    #expect(Schedule(warmupSteps: 5, cooldown: 1).problem == nil)
    #expect(Schedule(warmupSteps: -1).problem?.contains("-1") == true)
    for cooldown in [-0.1, 1.1, .nan, .infinity] {
      #expect(Schedule(cooldown: cooldown).problem?.contains("cooldown") == true)
    }
  }

  @Test func aWarmupLongerThanTheRunIsAProblem() {
    let schedule = Schedule(warmupSteps: 20, cooldown: 0.6)
    #expect(schedule.problem(over: 20) == nil)
    let problem = schedule.problem(over: 19)
    #expect(problem?.contains("warmup_steps 20 is above the run's 19 steps") == true)
    #expect(Schedule(cooldown: 2).problem(over: 10)?.contains("cooldown") == true)
  }

  /// The peak is that of all factors, one by one.
  @Test(arguments: [(0, 0.6), (10, 0), (4, 0.35), (20, 0.6), (40, 0.9), (90, 1), (100, 1), (1, 1)])
  func thePeakIsTheLargestFactor(_ warmupSteps: Int, _ cooldown: Double) {
    let schedule = Schedule(warmupSteps: warmupSteps, cooldown: cooldown)
    let factors = (0..<100).map { schedule.factor(at: TrainingProgress($0, of: 100)) }
    #expect(abs(schedule.peak(over: 100) - (factors.max() ?? 0)) < 1e-12)
  }
}
