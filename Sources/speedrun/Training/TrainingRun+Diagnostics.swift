import Autograd
import Muon

extension TrainingRun {
  /// Logs what an update did to the matrices inside the blocks; its time does not count.
  func diagnose(
    since before: WeightSnapshot, _ gradients: Gradients, at progress: TrainingProgress,
    _ trajectory: inout Trajectory, _ directory: RunDirectory
  ) throws {
    let diagnoses = optimizer.diagnoses(since: before, gradients, at: progress)
    for diagnosis in diagnoses {
      try directory.append(
        .diagnostics(LogEvent.Diagnostics(diagnosis, step: progress.step)))
    }
    trajectory.lastDiagnosis = (progress.step, diagnoses)
  }
}

extension RunPlan {
  /// Whether diagnostics look at the update of this number.
  func diagnoses(_ step: Int) -> Bool {
    diagnosticsEvery.map { step.isMultiple(of: $0) } ?? false
  }
}
