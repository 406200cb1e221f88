import Foundation
import NanoGPT
import Text

extension Comparison {
  /// Writes `result.json` and `record.json` beside the runs, each whole or not at all.
  ///
  /// - Parameters:
  ///   - report: What was found.
  ///   - runs: The runs of all seeds: of each, one for every arm.
  ///   - purpose: What the comparison is for.
  ///   - title: Its title, if it has any.
  ///   - command: The command line.
  ///   - parallel: How many ran side by side; nil when none was run.
  /// - Throws: ``DataError`` when a file cannot be read or written.
  func write(
    _ report: ComparisonReport, on runs: [[(trial: Trial, record: RunRecord)]],
    purpose: ExperimentRecord.Purpose, title: String?, command: String, parallel: Int?
  ) throws {
    try Files.write(
      Array((try JSON.document(report) + "\n").utf8),
      to: directory.appendingPathComponent(ExperimentRecord.resultName))
    let recorded = try runs.joined().map { try RecordedRun($0.trial, $0.record) }
    var record = ExperimentRecord(
      kind: .comparison, purpose: purpose, title: title, command: command, track: track,
      precision: precision, seeds: seeds, settings: settings,
      arms: arms.map { ($0.name, $0.optimizer, $0.settings) }, parallel: parallel,
      source: source, base: try source.file())
    record.describe(recorded)
    try record.date(recorded, in: directory)
    try record.write(to: directory)
  }
}
