import Foundation
import NanoGPT

/// Everything there is to check about the record of an experiment without training anything.
///
/// Nothing that a program wrote is believed: the logs are read line by line, and what follows from them is
/// made again and compared.
struct RecordVerification {
  let directory: URL
  /// The record; nil when it could not be read.
  let record: ExperimentRecord?
  private(set) var runs: [VerifiedRun] = []
  private(set) var findings = Findings()

  /// Checks the record in `directory`.
  init(of directory: URL) {
    self.directory = directory
    do {
      record = try ExperimentRecord(in: directory)
    } catch {
      record = nil
      findings.add(ExperimentRecord.fileName, error)
      return
    }
    guard let record else { return }
    var outcome =
      switch record.kind {
      case .comparison: ComparisonVerification(of: record, in: directory).outcome
      case .sweep: SweepVerification(of: record, in: directory).outcome
      }
    outcome.checkCopies()
    runs = outcome.runs
    findings.add(FileVerification.findings(of: record, outcome, in: directory))
    findings.add(outcome.findings)
    if let expected = outcome.record { compare(record, with: expected) }
    findings.add(CommandVerification.findings(of: record))
    findings.add(LocalData.findings(of: record))
  }

  /// Compares the record with what the runs make of it.
  private mutating func compare(_ record: ExperimentRecord, with expected: ExperimentRecord) {
    var expected = expected
    // These are compared with the files themselves.
    expected.files = record.files
    let url = directory.appendingPathComponent(ExperimentRecord.fileName)
    do {
      let found = try RawJSON(try Files.read(url, hint: ""))
      findings.compare(found, with: expected, in: ExperimentRecord.fileName) { _ in
        "the runs make it"
      }
    } catch {
      add(Self.text(of: error))
    }
    if record.date.wholeMatch(of: /\d{4}-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])/) == nil {
      add("date is \"\(record.date)\"; it should be yyyy-mm-dd")
    }
    if record.purpose.kind != record.kind {
      add("purpose is \"\(record.purpose.rawValue)\", which no \(record.kind.rawValue) has")
    }
    if let parallel = record.parallel, parallel < 1 { add("parallel is \(parallel)") }
    checkTrack(of: record)
  }

  /// A version of a track never changes, whatever a record says.
  private mutating func checkTrack(of record: ExperimentRecord) {
    let (track, options) = (record.base.track, record.trackOptions)
    if options.first == "--track", options != ["--track", track.name] {
      add("track_options are \(options.joined(separator: " ")), but base.track is \(track.name)")
    }
    guard let version = track.version,
      let known = TrackFile.builtIn.first(where: { $0.track.name == track.name })?.track
    else { return }
    guard version == known.version else {
      return add("base.track is version \(version) of \(track.name), which is not known here")
    }
    findings.compare(track, with: known, at: "base.track", in: ExperimentRecord.fileName) { _ in
      "\(track.name) v\(version) has"
    }
  }

  private mutating func add(_ message: String) {
    findings.add(ExperimentRecord.fileName, message)
  }

  /// What keeps a file from being read, in words.
  static func text(of error: any Error) -> String {
    (error as? RawJSONError)?.text ?? Failure(error).message
  }
}

/// What checking the runs of an experiment has given.
struct RunsOutcome {
  var findings = Findings()
  /// In the order in which they ran.
  var runs: [VerifiedRun] = []
  /// The files that the experiment must have.
  var paths: [String] = []
  /// Whether it has no others; of a sweep whose trials are not all there that cannot be said.
  var isComplete = false
  /// What the runs make of the record; nil when some could not be read.
  var record: ExperimentRecord?
  private var models = KnownModels()

  /// Checks a run; returns whether it could be read in full.
  ///
  /// The first that can tell how many bytes the validation set has tells it for all.
  mutating func verify(_ trial: Trial, of arm: String, path: String) -> VerifiedRun? {
    var verification = RunVerification(trial, of: arm, path: path)
    let bytes = runs.lazy.compactMap(\.replay.validationBytes).first
    let run = verification.verify(models: &models, validationBytes: bytes)
    findings.add(verification.findings)
    if let run { runs.append(run) }
    return run
  }

  /// Notes the runs whose data are not those of the record.
  mutating func checkData(against record: ExperimentRecord) {
    for run in runs {
      findings.compare(
        run.run.record.data.checksums, with: record.data, at: "data", in: "\(run.path)/run.json"
      ) { _ in "\(ExperimentRecord.fileName) says" }
    }
  }

  /// Compares lines with what they should be; a missing file is told elsewhere.
  mutating func compare(_ name: String, in directory: URL, withLines expected: String) {
    guard let found = try? Files.read(directory.appendingPathComponent(name), hint: "") else {
      return
    }
    findings.compare(found, with: Array(expected.utf8), in: name)
  }

  /// Compares a result with what it should be; a missing file is told elsewhere.
  ///
  /// Another machine's mathematical functions may round the last bits otherwise.
  mutating func compare(_ name: String, in directory: URL, with expected: some Encodable) {
    guard let found = try? Files.read(directory.appendingPathComponent(name), hint: "") else {
      return
    }
    do {
      findings.compare(
        try RawJSON(found), with: expected, tolerance: 1e-9, in: name
      ) { _ in "the runs make it" }
    } catch {
      findings.add(name, RecordVerification.text(of: error))
    }
  }
}
