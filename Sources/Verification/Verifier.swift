import Autograd
import Experiments
import Foundation
import NanoGPT
import Runs
import Text

/// Everything there is to check about the record of an experiment without training anything.
///
/// What a log has measured is taken from it: losses, times, what diagnostics saw. All files are made of that again, by
/// the functions that wrote them, and compared with what is there. ``Plausibility`` has what cannot be seen that way.
package struct Verifier {
  package let directory: URL
  /// The record; nil when it could not be read.
  package private(set) var record: ExperimentRecord?
  /// Those that could be read in full.
  package private(set) var runs: [ArmRun] = []
  package private(set) var findings = Findings()
  /// The files of the record by their paths, those of packed runs made from the pack.
  private var files: [String: [UInt8]] = [:]
  private var plausibility = Plausibility()
  private let isPacked: Bool
  private var pack: Pack?

  /// Reads what the command of a record asks for; nil when a plan file says it instead.
  package typealias CommandReader = (ExperimentRecord) throws -> AskedFor?

  /// Checks the record in `directory`.
  package init(of directory: URL, reading command: CommandReader) {
    self.directory = directory
    isPacked = Pack.exists(in: directory)
    do {
      let record = try ExperimentRecord(in: directory)
      self.record = record
      guard readPack() else { return }
      try readFiles()
      let experiment = verifyRuns(of: record)
      checkFiles(of: record, experiment)
      findings.add(plausibility.findings)
      if let experiment { try compare(record, with: experiment) }
      checkClaims(of: record)
      checkCommand(of: record, command)
      checkLocalData(of: record)
    } catch {
      findings.add(ExperimentRecord.fileName, error)
    }
    // A file that was made of the pack is not there to be looked at.
    if isPacked, let pack { findings.trace(pack.origin) }
  }

  /// Notes what is wrong with a file.
  mutating func add(_ file: String, _ message: String) { findings.add(file, message) }

  /// Notes where a value of a file differs from what it should be.
  mutating func compare(
    _ value: some Encodable, with expected: some Encodable, at path: String = "",
    in file: String, because reason: Findings.Reason
  ) {
    findings.compare(value, with: expected, at: path, in: file, because: reason)
  }

  /// Writes the files of the record to a directory of their own, those of packed runs one by one.
  package func unpack(into place: URL) throws(DataError) {
    for (path, bytes) in files.sorted(by: { $0.key < $1.key }) {
      let url = place.appendingPathComponent(path)
      try Files.writing(to: url) {
        try FileManager.default.createDirectory(
          at: url.deletingLastPathComponent(), withIntermediateDirectories: true)
      }
      try Files.write(bytes, to: url)
    }
  }

  private static let planName = "plan.toml"

  /// Reads the pack, if there is one; returns whether what is there can be read.
  private mutating func readPack() -> Bool {
    do {
      pack = try Pack(in: directory)
      return true
    } catch {
      findings.add(error)
      return false
    }
  }

  /// Reads all files below the directory; those of runs beside a pack are not part of the record, nor are pages to look
  /// at.
  private mutating func readFiles() throws {
    for path in try FileManager.default.subpathsOfDirectory(atPath: directory.path) {
      let url = directory.appendingPathComponent(path)
      if url.isDirectory || isPacked && (path.contains("/") || Pack.fileNames.contains(path)) {
        continue
      }
      if url.lastPathComponent == RunDirectory.pageName { continue }
      files[path] = try Files.read(url, hint: "make it readable")
    }
  }
}

extension Verifier {
  /// Checks all runs there are; returns the experiment with them, or nil where none could be made of the record.
  private mutating func verifyRuns(of record: ExperimentRecord) -> Experiment? {
    let file = record.kind == .sweep ? Self.planName : ExperimentRecord.fileName
    do {
      guard let request = try request(of: record) else { return nil }
      var experiment = try Experiment(request, in: directory)
      while let (trial, _) = try experiment.next() {
        let path = experiment.path(of: trial)
        guard let run = try read(trial, path: path) else { continue }
        runs.append(experiment.placed(run))
        findings.compare(
          run.record.data.checksums, with: record.data, at: "data",
          in: "\(path)/\(RunDirectory.recordName)"
        ) { _ in "\(ExperimentRecord.fileName) says" }
        try experiment.note(run)
      }
      plausibility.checkCopies(runs)
      if isPacked, experiment.isComplete {
        // Reading a pack passes over keys it does not know, and over the order of the runs.
        for (name, bytes) in try Pack.files(of: experiment.finished) {
          let found = try Files.read(directory.appendingPathComponent(name), hint: "")
          findings.compare(found, with: bytes, in: name)
        }
      }
      return experiment
    } catch {
      findings.add(file, error)
      return nil
    }
  }

  /// What was asked for, by the record and, of a sweep, its plan; nil where that is missing, which is told elsewhere.
  private func request(of record: ExperimentRecord) throws -> Request? {
    guard record.kind == .sweep else { return try Request(of: record) }
    guard let bytes = files[Self.planName] else { return nil }
    return try Request(of: record, plan: String(decoding: bytes, as: UTF8.self))
  }

  /// Reads a run, and compares its files with those that it makes again; nil when it cannot be read.
  private mutating func read(_ trial: Trial, path: String) throws -> FinishedRun? {
    let file = "\(path)/\(RunDirectory.recordName)"
    let plan = try trial.plan()
    if let problem = plausibility.problem(with: plan) {
      findings.add(file, problem)
      return nil
    }
    guard
      let run = try isPacked ? pack?.run(of: trial, checked: false) : loose(trial, path, plan)
    else { return nil }
    if isPacked { for made in try run.files { files["\(path)/\(made.name)"] = made.bytes } }
    if isPacked, let (line, message) = run.log.misplacedValidation {
      findings.add("\(path)/\(RunDirectory.logName)", line: line, message)
      return nil
    }
    plausibility.check(run, path: path)
    if let found = files[file] {
      findings.compare(
        found, with: try JSON.file(plausibility.expected(run)), in: file, because: Self.reason)
    }
    return run
  }

  /// Reads the files of a run in a directory of its own.
  private mutating func loose(_ trial: Trial, _ path: String, _ plan: RunPlan) throws
    -> FinishedRun?
  {
    let (recordPath, logPath, textPath) = (
      "\(path)/\(RunDirectory.recordName)", "\(path)/\(RunDirectory.logName)",
      "\(path)/\(RunDirectory.textName)"
    )
    guard let json = files[recordPath], let jsonl = files[logPath], let text = files[textPath]
    else {
      return nil
    }
    let record: RunRecord
    do {
      record = try JSON.decoded(RunRecord.self, from: json)
    } catch {
      findings.add(recordPath, "not the record of a run\(JSON.place(of: error))")
      return nil
    }
    let (log, flaw) = RunLog.read(jsonl, of: plan)
    let made = try log.jsonl
    if let flaw {
      findings.add(logPath, line: flaw.line, flaw.reason)
    } else {
      findings.compare(jsonl, with: made, in: logPath)
    }
    if !log.isWhole, flaw == nil, jsonl == made {
      findings.add(logPath, line: log.events.count, "the log ends after this line, before its time")
    }
    if log.isWhole { findings.compare(text, with: log.text, in: textPath) }
    return FinishedRun(trial: trial, record: record, log: log)
  }

  /// Who says what a value of `run.json` should be.
  private static func reason(for path: String) -> String {
    if path == "configuration.training.seed" { return "the directory's name says" }
    if path.hasPrefix("result") || path == "outcome" { return "the log makes it" }
    if path.hasPrefix("configuration") { return "track and settings make it" }
    return "it should be"
  }

  /// Compares what sums the runs up, and the record, with what the runs make of them.
  private mutating func compare(_ record: ExperimentRecord, with experiment: Experiment) throws {
    guard experiment.isComplete else { return }
    // Of a log that breaks off, the rest would only be said once more; and no sum is made of what cannot be.
    let isSound = runs.allSatisfy { plausibility.isComparable($0.run) }
    if isSound || record.kind == .sweep {
      for (path, bytes) in try experiment.summary() {
        guard let found = files[path] else { continue }
        // Another machine's mathematical functions may round the last bits otherwise.
        findings.compare(
          found, with: bytes, in: path,
          tolerance: path == ExperimentRecord.resultName ? 1e-9 : 0
        ) { _ in "the runs make it" }
      }
    }
    var made = try experiment.record(claims: record.claims, files: record.files)
    // A purpose of the other kind is told of by itself.
    if record.kind == .comparison { made.purpose = record.purpose }
    findings.compare(
      files[ExperimentRecord.fileName] ?? [], with: try JSON.file(made),
      in: ExperimentRecord.fileName
    ) { _ in "the runs make it" }
  }

  /// Checks that the files of a record are there, are the ones that were written, and are all.
  private mutating func checkFiles(of record: ExperimentRecord, _ experiment: Experiment?) {
    let there = Set(files.keys).subtracting([ExperimentRecord.fileName])
    for (path, expected) in record.files.sorted(by: { $0.key < $1.key }) {
      guard let bytes = files[path] else {
        findings.add(path, "missing; \(ExperimentRecord.fileName) lists it")
        continue
      }
      let found = SHA256.hexadecimal(bytes)
      if found != expected {
        findings.add(path, "SHA-256 is \(found); \(ExperimentRecord.fileName) says \(expected)")
      }
    }
    for path in there.subtracting(record.files.keys).sorted() {
      findings.add(path, "not part of the record; remove it")
    }
    guard let experiment else { return }
    let needed = Set(experiment.paths)
    for path in needed.subtracting(record.files.keys).sorted() {
      findings.add(ExperimentRecord.fileName, "files has no \(path), which it needs")
    }
    guard record.kind == .comparison || experiment.isComplete else { return }
    for path in Set(record.files.keys).subtracting(needed).sorted() {
      findings.add(ExperimentRecord.fileName, "files has \(path), which is none of its own")
    }
  }
}
