import Experiments
import Foundation

extension CommandLineTool {
  func write(_ text: String, to path: String) throws {
    try Data(text.utf8).write(to: directory.appendingPathComponent(path))
  }

  /// The lines of the sweep's `trials.jsonl`.
  func trials() throws -> [TrialLine] {
    try lines(of: "sweep/trials.jsonl").map {
      try JSONDecoder().decode(TrialLine.self, from: Data($0.utf8))
    }
  }

  /// Waits until as many trials have finished.
  func waitForTrials(_ count: Int) {
    for _ in 0..<6000 where ((try? trials().count) ?? 0) < count {
      Thread.sleep(forTimeInterval: 0.01)
    }
  }

  /// What changes when a trial's files are written again.
  func identity(of run: String) throws -> [String] {
    try ["run.json", "log.jsonl"].map { name in
      let path = directory.appendingPathComponent("sweep/\(run)/\(name)").path
      let attributes = try FileManager.default.attributesOfItem(atPath: path)
      let parts = [attributes[.systemFileNumber], attributes[.modificationDate]]
      return "\(parts)"
    }
  }

  /// Whether soon no process is left that was started in this directory.
  func childrenEnd() -> Bool {
    for _ in 0..<500 {
      let processes = (try? FileManager.default.contentsOfDirectory(atPath: "/proc")) ?? []
      let isAnyLeft = processes.contains { process in
        (FileManager.default.contents(atPath: "/proc/\(process)/cmdline"))
          .map { String(decoding: $0, as: UTF8.self).contains(directory.path) } ?? false
      }
      if !isAnyLeft { return true }
      Thread.sleep(forTimeInterval: 0.01)
    }
    return false
  }
}
