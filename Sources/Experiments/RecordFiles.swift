import Foundation
import NanoGPT
import Runs
import Text

extension Experiment {
  /// A file of a record: its path, and its content.
  package typealias File = (path: String, bytes: [UInt8])

  /// Every file of the record of an experiment that is complete, the record itself last.
  ///
  /// The one place where such files are made: what writes a record writes these, and what verifies one compares it
  /// with these.
  package func files(claims: ExperimentRecord.Claims) throws -> [File] {
    var files = try summary()
    for run in finished {
      files += try run.files.map { ("\(path(of: run.trial))/\($0.name)", $0.bytes) }
    }
    let checksums = Dictionary(
      uniqueKeysWithValues: files.map { ($0.path, SHA256.hexadecimal($0.bytes)) })
    let record = try record(claims: claims, files: checksums)
    return files + [(ExperimentRecord.fileName, try JSON.file(record))]
  }

  /// The record of the experiment, with the checksums of all its other files.
  package func record(
    claims: ExperimentRecord.Claims, files: [String: String]
  ) throws -> ExperimentRecord {
    try ExperimentRecord(
      request, of: finished, on: try recordedTrack, claims: claims, files: files)
  }

  /// The paths of all files but the record's own.
  package var paths: [String] {
    let own =
      [ExperimentRecord.resultName] + (request.kind == .sweep ? ["plan.toml", "trials.jsonl"] : [])
    let names = [RunDirectory.recordName, RunDirectory.logName, RunDirectory.textName]
    return own + trials.flatMap { trial in names.map { "\(path(of: trial))/\($0)" } }
  }

  /// The files that sum the runs up.
  package func summary() throws -> [File] {
    guard request.kind == .sweep else {
      return [(ExperimentRecord.resultName, try JSON.file(try verdict(on: comparedRuns)))]
    }
    return [
      (ExperimentRecord.resultName, try JSON.file(try ranking())),
      ("plan.toml", Array((request.plan ?? "").utf8)), ("trials.jsonl", try trialLines),
    ]
  }

  /// The content of `trials.jsonl`.
  package var trialLines: [UInt8] {
    get throws { Array(try lines.map { try JSON.line($0) + "\n" }.joined().utf8) }
  }

  /// What all trials share, where none of them changes what the track fixes; else the track as it was.
  private var recordedTrack: Track {
    get throws {
      guard request.kind == .sweep else { return try request.track }
      let tracks = Set(try trials.map { try $0.plan().track })
      let base = request.source.definition.track
      return tracks.count == 1 ? tracks.first ?? base : base
    }
  }

  /// Writes the record, all of its files or none: what sums the runs up, the runs packed, the record last.
  ///
  /// The day is that of the last run. The time of a file changes when it is copied, and what finds all runs made runs
  /// none: so an earlier record of the same runs is believed, also about how many ran side by side, started by what.
  ///
  /// - Parameters:
  ///   - command: The command line.
  ///   - parallel: How many runs were made side by side; nil when none was.
  ///   - launcher: What the program was called that started them; nil for this process.
  /// - Throws: ``DataError`` when a file cannot be written.
  package func writeRecord(command: String, parallel: Int?, launcher: String? = nil) throws {
    var claims = ExperimentRecord.Claims(
      command: command, date: "", parallel: parallel, launcher: launcher)
    var files = try files(claims: claims)
    func logs(_ files: some Sequence<(key: String, value: String)>) -> [String: String] {
      Dictionary(uniqueKeysWithValues: files.filter { $0.key.contains("/") }.map { ($0, $1) })
    }
    let made = logs(files.map { (key: $0.path, value: SHA256.hexadecimal($0.bytes)) })
    if let earlier = try? ExperimentRecord(in: directory), logs(earlier.files) == made {
      (claims.date, claims.parallel) = (earlier.date, earlier.parallel)
      claims.launcher = earlier.launcher
    } else {
      claims.date = Self.day(of: finished.compactMap(\.end).max() ?? Date())
    }
    files = try self.files(claims: claims)
    let packed = try Pack.files(of: finished)
    let own = files.filter { !$0.path.contains("/") }.map { (name: $0.path, bytes: $0.bytes) }
    try Files.write(own.dropLast() + packed + own.suffix(1), to: directory)
  }

  private static func day(of date: Date) -> String {
    let formatter = DateFormatter()
    formatter.locale = Locale(identifier: "en_US_POSIX")
    formatter.timeZone = .gmt
    formatter.dateFormat = "yyyy-MM-dd"
    return formatter.string(from: date)
  }
}
