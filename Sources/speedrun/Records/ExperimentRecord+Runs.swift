import Autograd
import Foundation
import NanoGPT
import Text

extension ExperimentRecord {
  /// What was asked for; the rest follows from the runs.
  init(
    kind: Kind, purpose: Purpose, title: String?, command: String, track: Track,
    precision: Precision, seeds: [UInt64], settings: [Setting],
    arms: [(name: String, optimizer: Contestant, settings: [Setting])], parallel: Int?,
    source: TrackSource, base: TrackFile
  ) {
    self.init(
      version: Self.currentVersion, kind: kind, purpose: purpose, title: title, command: command,
      date: "", commits: [], dirty: false, machines: [], track: track, precision: precision,
      seeds: seeds, settings: settings.map(\.text),
      arms: arms.map {
        Arm(name: $0.name, optimizer: $0.optimizer, settings: $0.settings.map(\.text))
      },
      data: Checksums(trainShards: [], valShards: [], tokenizer: nil), compute: Compute([]),
      parallel: parallel, files: [:], trackOptions: source.arguments, base: base)
  }

  /// Fills in what follows from the runs: everything but what was asked for, the date and the files.
  ///
  /// Those of a comparison must begin with a run of each arm.
  mutating func describe(_ runs: [RecordedRun]) {
    let environments = runs.map(\.record.environment)
    commits = Set(environments.compactMap(\.git.commit)).sorted()
    dirty = environments.contains { $0.git.dirty == true }
    machines = Set(environments.map(Machine.init)).sorted { $0.order < $1.order }
    if let first = runs.first { data = first.record.data.checksums }
    compute = Compute(runs.map(\.record))
    guard kind == .comparison else { return }
    for (index, run) in zip(arms.indices, runs) {
      arms[index].configurationSHA256 = run.configurationSHA256
    }
  }

  /// Notes the day of the last run, and the checksum of every file in `directory` that belongs to the
  /// experiment.
  ///
  /// The time of a file changes when it is copied, and what finds all runs made runs none: so an earlier record of
  /// the same runs is believed, also about how many ran side by side.
  mutating func date(_ runs: [RecordedRun], in directory: URL) throws {
    files = try Self.checksums(of: paths(of: runs.map(\.trial)), in: directory)
    func logs(_ files: [String: String]) -> [String: String] {
      files.filter { $0.key.contains("/") }
    }
    if let earlier = try? ExperimentRecord(in: directory), logs(earlier.files) == logs(files) {
      (date, parallel) = (earlier.date, earlier.parallel)
    } else {
      let formatter = DateFormatter()
      formatter.locale = Locale(identifier: "en_US_POSIX")
      formatter.timeZone = .gmt
      formatter.dateFormat = "yyyy-MM-dd"
      date = formatter.string(from: runs.compactMap(\.end).max() ?? Date())
    }
  }

  /// The paths of all files that an experiment with these runs has, but for its record.
  func paths(of trials: [Trial]) -> [String] {
    let own = [Self.resultName] + (kind == .sweep ? ["plan.toml", "trials.jsonl"] : [])
    let prefix = kind == .sweep ? "\(SweepDirectory.runs)/" : ""
    return own
      + trials.flatMap { trial in
        RecordedRun.fileNames.map { "\(prefix)\(trial.directory.lastPathComponent)/\($0)" }
      }
  }

  private static func checksums(
    of paths: [String], in directory: URL
  ) throws(DataError) -> [String: String] {
    var checksums: [String: String] = [:]
    for path in paths {
      let file = directory.appendingPathComponent(path)
      checksums[path] = Files.sha256(
        try Files.read(file, hint: "the same command makes it again"))
    }
    return checksums
  }

  /// Writes `record.json`, whole or not at all.
  func write(to directory: URL) throws {
    try Files.write(
      Array((try JSON.document(self) + "\n").utf8),
      to: directory.appendingPathComponent(Self.fileName))
  }
}

extension ExperimentRecord.Compute {
  /// Adds up runs; in which order they come makes no difference.
  init(_ records: [RunRecord]) {
    func sum(_ value: (RunRecord.Result) -> Double) -> Double {
      records.map { value($0.result) }.sorted().reduce(0, +)
    }
    self.init(
      runs: records.count, trainSeconds: sum(\.trainSeconds), wallSeconds: sum(\.wallSeconds))
  }
}

extension ExperimentRecord.Machine {
  init(_ environment: EnvironmentRecord) {
    self.init(
      cpu: environment.cpu, products: environment.products, simd: environment.simd,
      threads: environment.threads)
  }

  fileprivate var order: String { "\(cpu) \(products) \(simd) \(threads)" }
}
