import Autograd
import Foundation
import Machine
import Muon
import NanoGPT
import Runs
import Text

/// One run of an experiment: a `speedrun run` whose record stays in a directory of its own.
package struct Trial: Hashable, Sendable {
  package var source: TrackSource
  package var optimizer: String
  /// What changes about the track's recipe, in the order of `--set`.
  package var settings: [Setting]
  package var seed: UInt64
  package var precision: Precision
  /// Where the record lies, or will lie.
  package var directory: URL
  /// Training steps from one look at the updates to the next, or nil: it changes the log only.
  package var diagnosticsEvery: Int?

  package init(
    source: TrackSource, optimizer: String, settings: [Setting], seed: UInt64,
    precision: Precision, directory: URL, diagnosticsEvery: Int? = nil
  ) {
    (self.source, self.optimizer, self.settings) = (source, optimizer, settings)
    (self.seed, self.precision, self.directory) = (seed, precision, directory)
    self.diagnosticsEvery = diagnosticsEvery
  }

  /// The name of its directory.
  package var name: String { directory.lastPathComponent }

  /// What `speedrun` is called with, where it is to end at once when its input does; or what a launched process runs.
  package func arguments(threads: Int, endsWithInput: Bool = true) -> [String] {
    let common =
      ["--threads", String(threads), "--quiet"] + (endsWithInput ? ["--end-with-input"] : [])
    let earlier = earlierStart
    if earlier == .resumable { return ["run", "--resume", directory.path] + common }
    return ["run"] + source.options + ["--optimizer", optimizer]
      + settings.flatMap { ["--set", $0.text] }
      + [
        "--seed", String(seed), "--precision", precision.rawValue, "--out", directory.path,
        "--no-save",
      ] + common + (diagnosticsEvery.map { ["--diagnostics-every", String($0)] } ?? [])
      + (earlier == .lost ? ["--force"] : [])
  }

  /// What an earlier start of a trial has left that never came to its end.
  private enum EarlierStart {
    case none
    /// A checkpoint that this machine goes on from bit by bit.
    case resumable
    /// A checkpoint of another machine, whose sums round otherwise.
    case lost
  }

  private var earlierStart: EarlierStart {
    guard let steps = RunCheckpoint.step(in: directory), steps > 0,
      let record = try? RunRecord(in: directory), let plan = try? plan(), plan.produces(record)
    else { return .none }
    let isSame = Environment(threads: 1).difference(from: record.environment) == nil
    return isSame ? .resumable : .lost
  }

  /// The run, decided in full.
  package func plan() throws(UsageError) -> RunPlan {
    try RunPlan(
      source.definition, optimizer, settings: settings, seed: seed, precision: precision,
      diagnosticsEvery: diagnosticsEvery)
  }

  /// The run in its directory, if it is this very trial and has come to its end; a diverged one has.
  package func finished() throws(UsageError) -> FinishedRun? {
    let log = directory.appendingPathComponent(RunDirectory.logName)
    guard let record = try? RunRecord(in: directory), record.outcome != .interrupted,
      let bytes = try? Files.read(log, hint: "")
    else { return nil }
    let plan = try plan()
    guard plan.produces(record) else { return nil }
    return FinishedRun(trial: self, record: record, log: RunLog.read(bytes, of: plan).log)
  }

  /// Whether a process on this machine is writing in its directory.
  var isBeingWritten: Bool {
    directory.isDirectory && (try? DirectoryLock(directory.path)) == nil
  }

  /// Throws if the directory holds a whole run that is not this trial.
  func checkDirectory() throws(UsageError) {
    guard let other = try? RunRecord(in: directory),
      let difference = try plan().difference(from: other)
    else { return }
    throw UsageError(
      "\(directory.relativePath) holds another run: \(difference)",
      hint: "give the arm another name, choose another directory with --out, or remove that one")
  }
}

/// A trial with its record and its log.
package struct FinishedRun: Sendable {
  package let trial: Trial
  package let record: RunRecord
  package let log: RunLog

  package init(trial: Trial, record: RunRecord, log: RunLog) {
    (self.trial, self.record, self.log) = (trial, record, log)
  }

  /// The files of a run, by their names: what training has written, made again.
  package var files: [(name: String, bytes: [UInt8])] {
    get throws {
      [
        (RunDirectory.recordName, try JSON.file(record)), (RunDirectory.logName, try log.jsonl),
        (RunDirectory.textName, log.text),
      ]
    }
  }

  /// When the run ended; nil when its files lie elsewhere.
  var end: Date? {
    let path = trial.directory.appendingPathComponent(RunDirectory.recordName).path
    return try? FileManager.default.attributesOfItem(atPath: path)[.modificationDate] as? Date
  }
}

/// A finished run with its place in an experiment.
package struct ArmRun: Sendable {
  package let run: FinishedRun
  /// The name of its arm.
  package let arm: String
  /// From the directory of the experiment.
  package let path: String

  /// The name of its directory.
  package var name: String { run.trial.name }
  package var seed: UInt64 { run.trial.seed }
  package var record: RunRecord { run.record }
  package var log: RunLog { run.log }
}
