import Foundation
import Machine
import NanoGPT
import Runs
import Text

/// The directory a sweep writes: its plan, the line of every trial, the record of every trial.
///
/// One sweep at a time can have it.
package final class SweepDirectory {
  package let url: URL
  private let lock: DirectoryLock

  /// Creates the directory if need be, and keeps other sweeps out of it.
  package init(_ url: URL) throws(DataError) {
    self.url = url
    lock = try .held(on: url, by: "sweep")
  }

  /// Keeps the text of the plan; returns whether another one was there.
  package func keep(_ request: Request) throws(DataError) -> Bool {
    let plan = request.plan ?? ""
    let file = url.appendingPathComponent("plan.toml")
    let earlier = try? String(contentsOf: file, encoding: .utf8)
    if earlier != plan { try Files.write(Array(plan.utf8), to: file) }
    return earlier != nil && earlier != plan
  }

  /// Writes `trials.jsonl`, whole or not at all.
  package func write(_ lines: [UInt8]) throws(DataError) {
    try Files.write(lines, to: url.appendingPathComponent("trials.jsonl"))
  }
}
