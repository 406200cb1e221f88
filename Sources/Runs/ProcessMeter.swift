import Machine
import MessagePassing
import Muon

/// What the process of a run can tell of itself, from when it is ready to train.
///
/// With other ranks it tells of them, too: what they have done is added up, and of their memory it is the greatest.
struct ProcessMeter {
  private let ranks: Ranks
  /// The sum over the processes before, of a run that was resumed.
  private let earlier: RunRecord.Process
  private let startupSeconds = CurrentProcess.secondsSinceStart
  private let callsBefore = NewtonSchulz.calls

  init(after earlier: RunRecord.Process?, of ranks: Ranks) {
    (self.earlier, self.ranks) = (earlier ?? .notBegun, ranks)
  }

  /// Measures until now.
  func process() -> RunRecord.Process {
    let peak = ranks.greatest([CurrentProcess.peakResidentBytes])[0]
    return RunRecord.Process(
      wallSeconds: earlier.wallSeconds + CurrentProcess.secondsSinceStart,
      startupSeconds: (earlier.startupSeconds ?? 0) + startupSeconds,
      newtonSchulzCalls: earlier.newtonSchulzCalls
        + ranks.sum(NewtonSchulz.calls - callsBefore),
      peakResidentBytes: max(earlier.peakResidentBytes, peak),
      interruptions: earlier.interruptions)
  }
}
