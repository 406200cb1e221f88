import Foundation
import NanoGPT
import Runs
import Text

/// The runs of a record in three files of text, from which every run's own files come out again.
///
/// `runs.csv` has a row for every training step and validation: what was measured, and nothing that follows from it.
/// `runs.jsonl` has a line for every run, its `run.json` with its name; `diagnostics.jsonl` the same for what
/// diagnostics saw, where they looked.
package struct Pack: Sendable {
  /// A run as it is packed: its log is understood with the plan of its trial.
  fileprivate struct Entry {
    var record: RunRecord
    /// Where it stands in `runs.jsonl`.
    let line: Int
    var rows: [(line: Int, row: Row)] = []
    /// The training steps among them.
    var steps = 0
    var diagnostics: [(line: Int, event: LogEvent.Diagnostics)] = []
  }

  /// A line of `runs.csv` after the name of the run.
  fileprivate enum Row {
    case train(RunLog.Step)
    /// What else was measured is the bits per byte of text, or the accuracy on images.
    case validation(loss: Double?, other: Double?)
    case glance(loss: Double?, bitsPerByte: Double?)
  }

  private var entries: [String: Entry] = [:]

  package static let rowsName = "runs.csv"
  package static let recordsName = "runs.jsonl"
  package static let diagnosticsName = "diagnostics.jsonl"
  /// The names of all files that a pack may have.
  package static let fileNames = [rowsName, recordsName, diagnosticsName]

  fileprivate static let columns = columns(ofImages: false)

  private static func columns(ofImages: Bool) -> [String] {
    [
      "run", "event", "step", "loss", ofImages ? "accuracy" : "bits_per_byte", "step_ns",
      "optimizer_ns",
    ]
  }

  /// A line of a file with a value for each run.
  private struct Line<Value: Codable>: Codable {
    var run: String
    var value: Value

    enum CodingKeys: String, CodingKey { case run }

    init(_ run: String, _ value: Value) { (self.run, self.value) = (run, value) }

    init(from decoder: any Decoder) throws {
      run = try decoder.container(keyedBy: CodingKeys.self).decode(String.self, forKey: .run)
      value = try Value(from: decoder)
    }

    func encode(to encoder: any Encoder) throws {
      var container = encoder.container(keyedBy: CodingKeys.self)
      try container.encode(run, forKey: .run)
      try value.encode(to: encoder)
    }
  }

  /// Returns the files that hold the runs, by their names; the one that makes it a pack is the last to be written.
  package static func files(of runs: [FinishedRun]) throws -> [(name: String, bytes: [UInt8])] {
    let isOfImages = runs.first?.log.plan.track.isOfImages ?? false
    var rows = [columns(ofImages: isOfImages).joined(separator: ",")]
    var records: [String] = []
    var diagnostics: [String] = []
    for run in runs {
      let name = run.trial.name
      records.append(try JSON.line(Line(name, run.record)))
      for event in run.log.events {
        switch event {
        case .train(let event):
          let step = run.log.steps[event.step]
          rows.append(
            "\(name),train,\(event.step),\(text(event.loss)),,\(step.time.nanoseconds),"
              + "\(step.optimizerTime.nanoseconds)")
        case .validation(let event):
          let other = isOfImages ? event.accuracy : event.bitsPerByte
          rows.append("\(name),val,\(event.step),\(text(event.loss)),\(text(other)),,")
        case .glance(let event):
          rows.append(
            "\(name),glance,\(event.step),\(text(event.loss)),\(text(event.bitsPerByte)),,")
        case .diagnostics(let event):
          diagnostics.append(try JSON.line(Line(name, event)))
        }
      }
    }
    let files = [(recordsName, records), (diagnosticsName, diagnostics), (rowsName, rows)]
    return files.filter { !$1.isEmpty }.map {
      ($0, Array(($1.joined(separator: "\n") + "\n").utf8))
    }
  }

  private static func text(_ value: Double?) -> String { value.map { "\($0)" } ?? "" }

  /// Whether there is a pack in a directory.
  package static func exists(in directory: URL) -> Bool {
    FileManager.default.fileExists(atPath: directory.appendingPathComponent(rowsName).path)
  }

  /// An empty pack, or the one in `directory`.
  package init(in directory: URL) throws(DataError) {
    guard Self.exists(in: directory) else { return }
    for (line, record) in try Self.lines(
      of: Self.recordsName, in: directory, Line<RunRecord>.self)
    {
      guard entries[record.run] == nil else {
        throw Self.flaw(Self.recordsName, in: directory, line, "\(record.run) is there twice")
      }
      entries[record.run] = Entry(record: record.value, line: line)
    }
    try readRows(in: directory)
    let url = directory.appendingPathComponent(Self.diagnosticsName)
    guard FileManager.default.fileExists(atPath: url.path) else { return }
    for (line, event) in try Self.lines(
      of: Self.diagnosticsName, in: directory, Line<LogEvent.Diagnostics>.self)
    {
      guard entries[event.run] != nil else {
        throw Self.flaw(Self.diagnosticsName, in: directory, line, "no run \(event.run)")
      }
      entries[event.run]?.diagnostics.append((line, event.value))
    }
  }

  private mutating func readRows(in directory: URL) throws(DataError) {
    let bytes = try Files.read(directory.appendingPathComponent(Self.rowsName), hint: Self.hint)
    let lines = bytes.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
    let isOfImages = entries.values.contains {
      $0.record.configuration.model.language == nil
    }
    let header = Self.columns(ofImages: isOfImages).joined(separator: ",")
    guard lines.first.map({ String(decoding: $0, as: UTF8.self) }) == header else {
      throw Self.flaw(Self.rowsName, in: directory, 1, "not \(header)")
    }
    guard lines.last?.isEmpty == true else {
      throw Self.flaw(Self.rowsName, in: directory, lines.count, "breaks off")
    }
    for (index, line) in lines.enumerated().dropFirst().dropLast() {
      let fields = line.split(separator: UInt8(ascii: ","), omittingEmptySubsequences: false)
        .map { String(decoding: $0, as: UTF8.self) }
      do throws(RowFlaw) {
        let row = try Row(fields)
        guard let steps = entries[fields[0]]?.steps else { throw RowFlaw("no run \(fields[0])") }
        guard fields[2] == String(steps) else {
          throw RowFlaw("step is \(fields[2]); it should be \(steps)")
        }
        entries[fields[0]]?.rows.append((index + 1, row))
        if case .train = row { entries[fields[0]]?.steps += 1 }
      } catch {
        throw Self.flaw(Self.rowsName, in: directory, index + 1, error.reason)
      }
    }
  }

  /// The names of the runs.
  package var runNames: Set<String> { Set(entries.keys) }

  /// The record of a run by its name.
  package func record(of name: String) -> RunRecord? { entries[name]?.record }

  /// The run of a trial; nil if it is not here, or, unless whoever asks will check it, one of another plan or a part is.
  package func run(of trial: Trial, checked: Bool = true) throws(UsageError) -> FinishedRun? {
    guard let entry = entries[trial.name] else { return nil }
    let plan = try trial.plan()
    // Whoever was killed while it added runs has left records that have no rows yet.
    if checked, !plan.produces(entry.record) || entry.steps != entry.record.result.steps {
      return nil
    }
    var log = RunLog(plan)
    for (_, row) in entry.rows {
      switch row {
      case .train(let step): _ = log.train(step)
      case .validation(let loss, let other):
        _ = log.validate(
          loss: loss, bitsPerByte: plan.track.isOfImages ? nil : other, accuracy: other)
      case .glance(let loss, let bits): _ = log.glance(loss: loss, bitsPerByte: bits)
      }
    }
    for (_, event) in entry.diagnostics { _ = log.diagnose(event) }
    return FinishedRun(trial: trial, record: entry.record, log: log)
  }

  /// Where in the pack a line of a file comes from that was made of it; of a file as a whole, where it begins.
  ///
  /// - Parameters:
  ///   - path: The path of the file, `muon-seed3/log.jsonl`.
  ///   - line: Counted from 1.
  /// - Returns: The name of a file of the pack and a line in it; nil if the file is not made of the pack.
  package func origin(of path: String, line: Int?) -> (file: String, line: Int)? {
    let names = path.split(separator: "/").suffix(2).map(String.init)
    guard names.count == 2, let entry = entries[names[0]] else { return nil }
    var origins: [(file: String, line: Int)] = []
    switch names[1] {
    case RunDirectory.recordName: return (Self.recordsName, entry.line)
    case RunDirectory.textName:
      for (line, row) in entry.rows {
        if case .train = row { continue }
        origins.append((Self.rowsName, line))
      }
    case RunDirectory.logName:
      var (step, diagnostics) = (0, entry.diagnostics[...])
      for (line, row) in entry.rows {
        origins.append((Self.rowsName, line))
        guard case .train = row else { continue }
        while let next = diagnostics.first, next.event.step == step {
          origins.append((Self.diagnosticsName, next.line))
          diagnostics.removeFirst()
        }
        step += 1
      }
    default: return nil
    }
    let index = (line ?? 1) - 1
    guard let last = origins.last else { return (Self.recordsName, entry.line) }
    return origins.indices.contains(index) ? origins[index] : last
  }

  private static func lines<Value: Decodable>(
    of name: String, in directory: URL, _ type: Value.Type
  ) throws(DataError) -> [(line: Int, value: Value)] {
    let bytes = try Files.read(directory.appendingPathComponent(name), hint: hint)
    var values: [(line: Int, value: Value)] = []
    for (index, line) in bytes.split(
      separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false
    ).enumerated() where !line.isEmpty {
      do {
        values.append((index + 1, try JSON.decoded(Value.self, from: Array(line))))
      } catch {
        throw flaw(name, in: directory, index + 1, "not of a run\(JSON.place(of: error))")
      }
    }
    return values
  }

  private static func flaw(
    _ name: String, in directory: URL, _ line: Int, _ reason: String
  ) -> DataError {
    .badData(
      path: "\(directory.appendingPathComponent(name).relativePath):\(line)", reason: reason,
      hint: hint)
  }

  private static let hint = "take the record back from where it came, or make it again"
}

/// Why a line of `runs.csv` is none.
private struct RowFlaw: Error {
  let reason: String

  init(_ reason: String) { self.reason = reason }
}

extension Pack.Row {
  /// Reads the fields of a line, which must be as they are written.
  fileprivate init(_ fields: [String]) throws(RowFlaw) {
    let columns = Pack.columns
    guard fields.count == columns.count else {
      throw RowFlaw("\(fields.count) fields; it should be \(columns.count)")
    }
    func number<Number: LosslessStringConvertible>(_ column: Int) throws(RowFlaw) -> Number {
      guard let number = Number(fields[column]), number.description == fields[column] else {
        throw RowFlaw("\(columns[column]) is '\(fields[column])', no number as it is written here")
      }
      return number
    }
    func loss(_ column: Int) throws(RowFlaw) -> Double? {
      fields[column].isEmpty ? nil : try number(column)
    }
    func expectNone(_ unused: [Int]) throws(RowFlaw) {
      guard let column = unused.first(where: { !fields[$0].isEmpty }) else { return }
      throw RowFlaw("\(columns[column]) is '\(fields[column])'; \(fields[1]) has none")
    }
    switch fields[1] {
    case "train":
      try expectNone([4])
      self = .train(
        RunLog.Step(
          loss: try loss(3), time: .nanoseconds(try number(5) as Int64),
          optimizerTime: .nanoseconds(try number(6) as Int64)))
    case "val":
      try expectNone([5, 6])
      self = .validation(loss: try loss(3), other: try loss(4))
    case "glance":
      try expectNone([5, 6])
      self = .glance(loss: try loss(3), bitsPerByte: try loss(4))
    default: throw RowFlaw("event is '\(fields[1])', none of train, val and glance")
    }
  }
}
