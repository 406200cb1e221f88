import Foundation

extension Sweep {
  /// What all trials share, where none of them changes what the track fixes; else the track as it was.
  private var track: Track {
    get throws {
      let tracks = Set(try trials.map { try $0.plan().track })
      return try tracks.count == 1
        ? tracks.first ?? plan.track.file().track : plan.track.file().track
    }
  }

  /// What `record.json` says of a sweep that is complete, but for its date and files.
  ///
  /// - Parameters:
  ///   - runs: Its finished runs, of equal points only one, arm by arm.
  ///   - command: The command line.
  ///   - parallel: How many trials ran side by side.
  /// - Returns: The record, without its date and files.
  /// - Throws: ``UsageError`` when a setting does not fit the track.
  func record(
    of runs: [RecordedRun], command: String, parallel: Int?
  ) throws -> ExperimentRecord {
    var record = ExperimentRecord(
      kind: .sweep, purpose: plan.purpose, title: plan.title, command: command, track: try track,
      precision: plan.precision, seeds: plan.seeds, settings: [],
      arms: plan.arms.map { ($0.name, $0.optimizer, $0.settings) }, parallel: parallel,
      source: plan.track, base: try plan.track.file())
    record.describe(runs)
    return record
  }

  /// Writes `record.json` beside the other files, whole or not at all.
  func writeRecord(command: String, parallel: Int) throws {
    let runs = try finished.map { try RecordedRun($0.trial, $0.record) }
    var record = try record(of: runs, command: command, parallel: parallel)
    try record.date(runs, in: directory)
    try record.write(to: directory)
  }
}
