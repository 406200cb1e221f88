import Foundation
import NanoGPT

/// Checks that the files of a record are there, are the ones that were written, and are all.
enum FileVerification {
  /// Compares the files in `directory` with the checksums of a record.
  ///
  /// - Parameters:
  ///   - record: The record.
  ///   - outcome: What its runs have shown.
  ///   - directory: Where they lie.
  /// - Returns: The files that are missing, changed or too many.
  static func findings(
    of record: ExperimentRecord, _ outcome: RunsOutcome, in directory: URL
  ) -> Findings {
    var findings = Findings()
    let there: Set<String>
    do {
      there = Set(try files(in: directory)).subtracting([ExperimentRecord.fileName])
    } catch {
      findings.add(".", "its files cannot be listed: \(error.localizedDescription)")
      return findings
    }
    for path in record.files.keys.sorted() {
      guard there.contains(path) else {
        findings.add(path, "missing; \(ExperimentRecord.fileName) lists it")
        continue
      }
      let bytes = try? Files.read(directory.appendingPathComponent(path), hint: "")
      let found = bytes.map { Files.sha256($0) } ?? "unreadable"
      if let expected = record.files[path], found != expected {
        findings.add(path, "SHA-256 is \(found); \(ExperimentRecord.fileName) says \(expected)")
      }
    }
    for path in there.subtracting(record.files.keys).sorted() {
      findings.add(path, "not part of the record; remove it")
    }
    for path in Set(outcome.paths).subtracting(record.files.keys).sorted() {
      findings.add(ExperimentRecord.fileName, "files has no \(path), which it needs")
    }
    guard outcome.isComplete else { return findings }
    for path in Set(record.files.keys).subtracting(outcome.paths).sorted() {
      findings.add(ExperimentRecord.fileName, "files has \(path), which is none of its own")
    }
    return findings
  }

  /// The paths of all files below a directory.
  private static func files(in directory: URL) throws -> [String] {
    try FileManager.default.subpathsOfDirectory(atPath: directory.path).filter {
      !directory.appendingPathComponent($0).isDirectory
    }
  }
}
