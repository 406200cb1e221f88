import ArgumentParser
import Experiments
import Foundation
import Report
import Text

/// Keeps the page of a comparison or a sweep in its directory: anew whenever a run has ended.
final class ExperimentWatcher {
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
  func update(_ experiment: () throws -> Experiment) {
    page?.update { seconds in
      let experiment = try experiment()
      return try ExperimentPage.html(
        of: experiment, now: Self.progress(of: experiment) + ".", secondsToReload: seconds)
    }
  }

  /// Makes the runs of an experiment; should they end early, the page says so and looks no more for news.
  func watching(_ experiment: () throws -> Experiment, run: () throws -> Void) throws {
    do {
      try run()
    } catch {
      page?.finish {
        let experiment = try experiment()
        let reason =
          error is ExitCode
          ? "interrupted; the same command goes on from here"
          : "an error: \(Failure(error).message)"
        return try ExperimentPage.html(
          of: experiment, now: "\(Self.progress(of: experiment)): \(reason).", secondsToReload: nil)
      }
      throw error
    }
  }

  /// Shows the experiment as it ended.
  func finish(_ experiment: Experiment, withSeconds: Bool) {
    page?.finish { try ExperimentPage.html(ofEnded: experiment, withSeconds: withSeconds) }
  }

  private static func progress(of experiment: Experiment) -> String {
    let total = Format.count(experiment.request.trialCount, "run")
    return "\(experiment.finishedCount) of \(total) have ended"
  }
}
