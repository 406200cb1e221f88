import ArgumentParser
import Runs

/// Whether a run keeps checkpoints, and whether it goes on from one.
struct CheckpointOptions: ParsableArguments {
  @Option(
    help: "Go on with the interrupted run in this directory, as it was begun.",
    completion: .directory)
  var resume: String?

  @Option(
    parsing: .unconditional,
    help:
      "Write a checkpoint every so many steps (default: every 30 s, at less than 1 % of the time).")
  var checkpointEvery: Int?

  @Flag(help: "Write no checkpoints: what is interrupted is lost.")
  var noCheckpoint = false

  /// When there is a checkpoint.
  var interval: CheckpointWriter.Interval {
    noCheckpoint ? .never : checkpointEvery.map { .steps($0) } ?? .seconds(30)
  }

  func validate() throws {
    try check(checkpointEvery, of: "--checkpoint-every", in: 1...Int.max)
    if noCheckpoint, checkpointEvery != nil {
      throw ValidationError("--no-checkpoint excludes --checkpoint-every")
    }
  }
}
