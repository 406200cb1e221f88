import Experiments
import Foundation
import Report
import Text

/// Keeps the page of a comparison or a sweep in its directory: anew whenever a run has ended.
struct ExperimentWatcher {
  private var page: LiveFile?

  /// Says where the page is; of a quiet experiment there is none.
  init(_ experiment: Experiment, isQuiet: Bool, on messages: Console) {
    guard !isQuiet else { return }
    let file = LiveFile(in: experiment.directory)
    messages.print("page: \(file.url.relativePath)")
    // Its first run would make the directory; the page is there before.
    try? FileManager.default.createDirectory(
      at: experiment.directory, withIntermediateDirectories: true)
    page = file
    update { experiment }
  }

  /// Shows the experiment as it is now.
  mutating func update(_ experiment: () throws -> Experiment) {
    page?.update { seconds in
      let experiment = try experiment()
      let total = Format.count(experiment.request.trialCount, "run")
      return try ExperimentPage.html(
        of: experiment, now: "\(experiment.finishedCount) of \(total) have ended.",
        secondsToReload: seconds)
    }
  }

  /// Shows the experiment as it ended.
  func finish(_ experiment: Experiment, withSeconds: Bool) {
    page?.finish { try ExperimentPage.html(ofEnded: experiment, withSeconds: withSeconds) }
  }
}
