import Foundation
import Glibc
import NanoGPT
import Text

/// The directory a sweep writes: its plan, the line of every trial, the record of every trial.
///
/// One sweep at a time can have it.
final class SweepDirectory {
  let url: URL
  private let descriptor: Int32

  /// The directory inside it that holds the records.
  static let runs = "runs"

  /// Creates the directory if need be, and keeps other sweeps out of it.
  init(_ url: URL) throws(DataError) {
    self.url = url
    try Files.writing(to: url) {
      try FileManager.default.createDirectory(
        at: url.appendingPathComponent(Self.runs), withIntermediateDirectories: true)
    }
    descriptor = open(url.path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
    guard descriptor >= 0 else {
      throw .cannotWrite(
        path: url.relativePath, reason: String(cString: strerror(errno)),
        hint: "choose another place with --out DIR")
    }
    guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 else {
      throw .cannotWrite(
        path: url.relativePath, reason: "another sweep is writing there",
        hint: "wait for it, or choose another place with --out DIR")
    }
  }

  deinit {
    close(descriptor)
  }

  /// Where the record of a trial lies: equal trials of an arm, equal directories, whatever the plan.
  static func directory(of arm: String, _ identity: [String], in url: URL) -> URL {
    let digest = Files.sha256(Array(identity.joined(separator: "\n").utf8)).prefix(12)
    return url.appendingPathComponent(runs).appendingPathComponent("\(arm)-\(digest)")
  }

  /// Keeps the text of the plan; returns whether another one was there.
  func keep(_ plan: SweepPlan) throws(DataError) -> Bool {
    let file = url.appendingPathComponent("plan.toml")
    let earlier = try? String(contentsOf: file, encoding: .utf8)
    if earlier != plan.text { try Files.write(Array(plan.text.utf8), to: file) }
    return earlier != nil && earlier != plan.text
  }

  /// Writes `trials.jsonl`, whole or not at all.
  func write(_ lines: [TrialLine]) throws {
    let text = try lines.map { try JSON.line($0) + "\n" }.joined()
    try Files.write(Array(text.utf8), to: url.appendingPathComponent("trials.jsonl"))
  }

  /// Writes `result.json`, whole or not at all.
  func write(_ result: SweepResult) throws {
    try Files.write(
      Array((try JSON.document(result) + "\n").utf8), to: url.appendingPathComponent("result.json"))
  }

  /// The number of records in `url` that are of none of these trials: of an earlier plan.
  static func recordsOutside(of trials: [Trial], in url: URL) -> Int {
    let known = Set(trials.map(\.directory.lastPathComponent))
    let runs = url.appendingPathComponent(runs)
    let names = (try? FileManager.default.contentsOfDirectory(atPath: runs.path)) ?? []
    return names.count { name in
      !known.contains(name)
        && FileManager.default.fileExists(
          atPath: runs.appendingPathComponent(name).appendingPathComponent("run.json").path)
    }
  }
}
