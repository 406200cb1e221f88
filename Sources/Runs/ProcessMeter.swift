import Machine
import Muon

/// What the process of a run can tell of itself, from when it is ready to train.
struct ProcessMeter {
  /// The sum over the processes before, of a run that was resumed.
  private let earlier: RunRecord.Process
  private let startupSeconds = CurrentProcess.secondsSinceStart
  private let callsBefore = NewtonSchulz.calls

  init(after earlier: RunRecord.Process?) {
    self.earlier = earlier ?? .notBegun
  }

  /// Until now.
  var process: RunRecord.Process {
    RunRecord.Process(
      wallSeconds: earlier.wallSeconds + CurrentProcess.secondsSinceStart,
      startupSeconds: (earlier.startupSeconds ?? 0) + startupSeconds,
      newtonSchulzCalls: earlier.newtonSchulzCalls + NewtonSchulz.calls - callsBefore,
      peakResidentBytes: max(earlier.peakResidentBytes, CurrentProcess.peakResidentBytes),
      interruptions: earlier.interruptions)
  }
}
