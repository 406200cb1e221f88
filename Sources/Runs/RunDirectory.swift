import Autograd
import Foundation
import Machine
import NanoGPT
import Text

/// The directory a run writes: its record, its logs, its weights and the tokenizer they were trained with.
///
/// Creating it proves that it can be written, before any time is spent on training.
package struct RunDirectory {
  package let url: URL
  private let events: LogFile
  private let text: LogFile
  /// The same log for TensorBoard, where that is asked for.
  private let tensorBoard: TensorBoardFile?
  /// What the log says so far: nothing, unless a run goes on.
  package let earlierLog: RunLog
  /// Two runs never write in one directory.
  private let lock: DirectoryLock

  /// Creates the directory, with a record of a run that has not begun and empty logs.
  ///
  /// From then on the record proves whose files these are. What an earlier start of the same run left is removed, and
  /// nothing else: see ``check(_:for:isForced:)``.
  package init(
    _ url: URL, of record: RunRecord, on plan: RunPlan, forTensorBoard: Bool = false
  ) throws {
    lock = try .held(on: url, by: "run")
    (self.url, earlierLog) = (url, RunLog(plan))
    try Files.write(try JSON.file(record), to: url.appendingPathComponent(Self.recordName))
    events = try LogFile(url.appendingPathComponent(Self.logName))
    text = try LogFile(url.appendingPathComponent(Self.textName))
    try Self.remove(
      [
        Self.weightsName, Self.initialWeightsName, Manifest.tokenizerFileName, Self.pageName,
        TensorBoardFile.name, RunCheckpoint.name,
      ], in: url)
    tensorBoard = forTensorBoard ? try TensorBoardFile(in: url) : nil
  }

  /// Opens the directory of a run that goes on from its checkpoint.
  ///
  /// The logs are cut back to where the checkpoint was written. What came after is noted in the checkpoint as lost.
  package init(_ url: URL, continuing checkpoint: inout RunCheckpoint, of plan: RunPlan) throws {
    lock = try .held(on: url, by: "run")
    self.url = url
    let log = url.appendingPathComponent(Self.logName)
    let (whole, flaw) = RunLog.read(
      try Files.read(log, hint: "start the run again, with --force"), of: plan)
    guard let earlier = whole.asOf(step: checkpoint.header.step) else {
      throw DataError.badData(
        path: log.relativePath,
        reason: flaw.map { "line \($0.line) is \($0.reason)" }
          ?? "\(whole.steps.count) steps, fewer than the checkpoint's \(checkpoint.header.step)",
        hint: "start the run again, with --force")
    }
    checkpoint.noteInterruption(after: whole.steps.count)
    earlierLog = earlier
    try Files.write(try earlier.jsonl, to: log)
    try Files.write(earlier.text, to: url.appendingPathComponent(Self.textName))
    events = try LogFile(log, isContinued: true)
    text = try LogFile(url.appendingPathComponent(Self.textName), isContinued: true)
    try Self.remove([Self.weightsName], in: url)
    let forTensorBoard = checkpoint.header.request.forTensorBoard
    tensorBoard = forTensorBoard ? try TensorBoardFile(in: url) : nil
    for event in earlier.events { try tensorBoard?.append(event) }
  }

  private static func remove(_ names: [String], in url: URL) throws(DataError) {
    let files = names.map(url.appendingPathComponent)
      .filter { FileManager.default.fileExists(atPath: $0.path) }
    try Files.writing(to: url) {
      for file in files { try FileManager.default.removeItem(at: file) }
    }
  }

  /// Throws unless a run may write in a directory: it is not there, it is empty, or an earlier start of this very run
  /// has written there.
  ///
  /// - Parameters:
  ///   - url: The directory.
  ///   - plan: What is to run.
  ///   - isForced: Whether the files of another run may go.
  /// - Throws: ``DataError`` of kind `cannotWrite`, which names the first setting that differs.
  package static func check(_ url: URL, for plan: RunPlan, isForced: Bool) throws(DataError) {
    func refusal(_ reason: String, hint: String) -> DataError {
      .cannotWrite(path: url.relativePath, reason: reason, hint: hint)
    }
    var isDirectory: ObjCBool = false
    guard FileManager.default.fileExists(atPath: url.path, isDirectory: &isDirectory) else {
      return
    }
    guard isDirectory.boolValue else {
      throw refusal("is a file, not a directory", hint: "choose another place with --out DIR")
    }
    let names = (try? FileManager.default.contentsOfDirectory(atPath: url.path)) ?? []
    if names.allSatisfy({ $0.hasPrefix(".") }) { return }
    guard let record = try? RunRecord(in: url) else {
      throw refusal(
        "is not empty, and not the directory of a run",
        hint:
          "choose another place with --out DIR: not even --force replaces what no run has written")
    }
    if isForced { return }
    if let difference = plan.difference(from: record) {
      throw refusal(
        "holds another run: \(difference)",
        hint: "choose another directory, or replace the files of that run with --force")
    }
    if let steps = RunCheckpoint.step(in: url), steps > 0 {
      throw refusal(
        "holds this run, interrupted after \(steps) steps",
        hint:
          "go on there with `speedrun run --resume \(url.relativePath)`, or begin again with --force"
      )
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
  /// A page to look at, of which no record says anything.
  package static let pageName = "live.html"
  private static let weightsName = "model.safetensors"
  private static let initialWeightsName = "initial.safetensors"

  /// Appends an event to `log.jsonl`, and a validation to `log.txt` too.
  func append(_ event: LogEvent, of plan: RunPlan) throws {
    try events.append(try event.line)
    if let line = event.text(steps: plan.steps) { try text.append(line) }
    try tensorBoard?.append(event)
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

  /// Copies the tokenizer of the data, without which weights are of no use elsewhere; nothing without one.
  package func writeTokenizer(of data: any TrainingData) throws(DataError) {
    guard let expected = data.tokenizerSHA256 else { return }
    let bytes = try Files.read(data.tokenizerURL, hint: "prepare the corpus again")
    guard SHA256.hexadecimal(bytes) == expected else {
      throw .badData(
        path: data.tokenizerURL.path, reason: "has changed since the run began",
        hint: "prepare the corpus again, and run again")
    }
    try Files.write(bytes, to: url.appendingPathComponent(Manifest.tokenizerFileName))
  }

  /// The tokenizer of a run: the file in its directory, or that of its data where it lies elsewhere.
  ///
  /// - Throws: ``DataError`` when there is none, or it is not the one that the run was trained with.
  package static func tokenizer(of record: RunRecord, in run: URL) throws(DataError)
    -> BytePairTokenizer
  {
    guard let file = record.data.tokenizer else {
      throw .missingInput(
        path: run.path, reason: "the run had no tokenizer",
        hint: "train on data made by `speedrun prepare`")
    }
    let own = run.appendingPathComponent(Manifest.tokenizerFileName)
    let url =
      FileManager.default.fileExists(atPath: own.path) ? own : URL(fileURLWithPath: file.path)
    let hint =
      "put the \(Manifest.tokenizerFileName) that the run was trained with into \(run.relativePath)"
    let found = SHA256.hexadecimal(try Files.read(url, hint: hint))
    guard found == file.sha256 else {
      throw .badData(
        path: url.path, reason: "SHA-256 is \(found), the run was trained with \(file.sha256)",
        hint: hint)
    }
    return try BytePairTokenizer(contentsOf: url)
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
