import Autograd
import Foundation
import NanoGPT
import Text

/// The directory a run writes: its record, its logs, its weights.
///
/// Creating it proves that it can be written, before any time is spent on training.
package struct RunDirectory {
  package let url: URL
  private let events: LogFile
  private let text: LogFile

  /// Creates the directory and its empty logs; the record of an earlier run there is removed.
  package init(_ url: URL) throws(DataError) {
    self.url = url
    try Files.writing(to: url) {
      try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
    }
    events = try LogFile(url.appendingPathComponent(Self.logName))
    text = try LogFile(url.appendingPathComponent(Self.textName))
    let stale = [Self.recordName, Self.weightsName, Self.initialWeightsName]
      .map(url.appendingPathComponent).filter { FileManager.default.fileExists(atPath: $0.path) }
    try Files.writing(to: url) {
      for file in stale { try FileManager.default.removeItem(at: file) }
    }
  }

  /// The default place for a run that starts now, which is not there yet; the names sort by time.
  package static func defaultURL(track: String, optimizer: String, seed: UInt64) -> URL {
    let formatter = DateFormatter()
    formatter.locale = Locale(identifier: "en_US_POSIX")
    formatter.timeZone = .gmt
    formatter.dateFormat = "yyyyMMdd-HHmmss"
    let name = "\(formatter.string(from: Date()))-\(track)-\(optimizer)-seed\(seed)"
    let names = [name] + (2...99).map { "\(name)-\($0)" }
    let unused = names.first {
      !FileManager.default.fileExists(atPath: runs.appendingPathComponent($0).path)
    }
    return runs.appendingPathComponent(unused ?? name, isDirectory: true)
  }

  /// Where runs go by default.
  package static let runs = URL(fileURLWithPath: "results/runs", isDirectory: true)

  /// The latest run in the default place that has weights.
  package static func latest() throws(DataError) -> URL {
    let names = (try? FileManager.default.contentsOfDirectory(atPath: runs.path)) ?? []
    let latest = names.sorted().map { runs.appendingPathComponent($0, isDirectory: true) }
      .last { FileManager.default.fileExists(atPath: weights(in: $0).path) }
    guard let latest else {
      throw .missingInput(
        path: runs.path, reason: "no run with weights there",
        hint: "train one with `speedrun --optimizer muon`, or name a run's directory")
    }
    return latest
  }

  /// The file with the weights of a run after its last step.
  package static func weights(in run: URL) -> URL { run.appendingPathComponent(weightsName) }

  package static let recordName = "run.json"
  package static let logName = "log.jsonl"
  package static let textName = "log.txt"
  private static let weightsName = "model.safetensors"
  private static let initialWeightsName = "initial.safetensors"

  /// Appends an event to `log.jsonl`, and a validation to `log.txt` too.
  func append(_ event: LogEvent, of plan: RunPlan) throws {
    try events.append(try event.line)
    if let line = event.text(steps: plan.steps) { try text.append(line) }
  }

  /// Writes the weights before step 0.
  package func write(initial parameters: [Parameter], of configuration: RunRecord.Configuration)
    throws
  {
    try write(parameters, configuration, as: Self.initialWeightsName)
  }

  /// Writes the weights after the last step.
  package func write(final parameters: [Parameter], of configuration: RunRecord.Configuration)
    throws
  {
    try write(parameters, configuration, as: Self.weightsName)
  }

  private func write(
    _ parameters: [Parameter], _ configuration: RunRecord.Configuration, as name: String
  ) throws {
    try Checkpoint.save(
      parameters, metadata: ["model": try JSON.line(configuration.model)],
      to: url.appendingPathComponent(name))
  }

  /// Writes `run.json`, whole or not at all.
  package func write(_ record: RunRecord) throws {
    try Files.write(
      try JSON.file(record), to: url.appendingPathComponent(Self.recordName))
  }
}
