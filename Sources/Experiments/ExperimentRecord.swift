import Autograd
import Foundation
import Machine
import NanoGPT
import Runs
import Text

/// What an experiment is, a comparison or a sweep: the content of its `record.json`.
///
/// What it found lies beside it in `result.json`, and the raw logs in the directories of its runs.
package struct ExperimentRecord: Codable, Equatable, Sendable {
  /// A machine that runs were made on.
  package struct Machine: Codable, Hashable, Sendable {
    package var cpu: String
    package var cpuFamily: Int?
    package var cpuModel: Int?
    package var products: String
    package var simd: String
    package var threads: Int

    enum CodingKeys: String, CodingKey {
      case cpu, products, simd, threads
      case cpuFamily = "cpu_family"
      case cpuModel = "cpu_model"
    }

    /// On one line, for tables and warnings.
    package var text: String {
      let processor = Processor(name: cpu, family: cpuFamily, model: cpuModel)
      let own = "own, "
      let kernels =
        products.hasPrefix(own)
        ? "this package's own \(products.dropFirst(own.count)) kernels" : products
      return "\(processor), \(Format.count(threads, "thread")), matrix products by \(kernels), "
        + "\(simd)"
    }
  }

  /// An arm as it was asked for.
  package struct RecordedArm: Codable, Equatable, Sendable {
    package var name: String
    package var optimizer: String
    /// Its own, each as `key=value`; those of all arms come before them.
    package var settings: [String]
    /// SHA-256 of the configuration in its runs, which is the same but for the seed; null in a sweep,
    /// whose trials all differ.
    @OrNull package var configurationSHA256: String?

    enum CodingKeys: String, CodingKey {
      case name, optimizer, settings
      case configurationSHA256 = "configuration_sha256"
    }
  }

  /// SHA-256 of the files that all runs read.
  package struct Checksums: Codable, Equatable, Sendable {
    package var trainShards: [String]
    package var valShards: [String]
    @OrNull package var tokenizer: String?

    package init(trainShards: [String], valShards: [String], tokenizer: String?) {
      (self.trainShards, self.valShards) = (trainShards, valShards)
      self.tokenizer = tokenizer
    }

    enum CodingKeys: String, CodingKey {
      case tokenizer
      case trainShards = "train_shards"
      case valShards = "val_shards"
    }
  }

  /// What the runs took together: of several side by side each counts in full.
  package struct Compute: Codable, Equatable, Sendable {
    package var runs: Int
    package var trainSeconds: Double
    package var wallSeconds: Double

    enum CodingKeys: String, CodingKey {
      case runs
      case trainSeconds = "train_seconds"
      case wallSeconds = "wall_seconds"
    }
  }

  /// Of the format: ``currentVersion``.
  package var version: Int
  package var kind: ExperimentKind
  package var purpose: Purpose
  @OrNull package var title: String?
  /// The command line that made it.
  package var command: String
  /// The day the last run ended, as `yyyy-mm-dd` in Greenwich.
  package var date: String
  /// The commits the runs were made at.
  package var commits: [String]
  /// Whether any run was made with files that differ from its commit.
  package var dirty: Bool
  package var machines: [Machine]
  /// What all runs share, settings applied; of a sweep that changes it on the way, what it started from.
  package var track: Track
  package var precision: Precision
  package var seeds: [UInt64]
  /// Of all arms, each as `key=value`; those of an arm come after them.
  package var settings: [String]
  package var arms: [RecordedArm]
  package var data: Checksums
  package var compute: Compute
  /// How many runs were made side by side; nil in records from before it was noted, and of runs made elsewhere.
  package var parallel: Int?
  /// What the program was called that started them, such as `srun`; nil where they were children of the command.
  package var launcher: String?
  /// The question that seeds were added for until it was answered; absent where their number was given.
  package var question: DecisionRule?
  /// SHA-256 of every other file, by its path from here.
  package var files: [String: String]
  /// The options that named the track.
  package var trackOptions: [String]
  /// The track and its recipes before any setting: they change with the program, and a record does not.
  package var base: TrackDefinition

  enum CodingKeys: String, CodingKey {
    case version, kind, purpose, title, command, date, commits, dirty, machines, track, precision
    case seeds, settings, arms, data, compute, parallel, launcher, question, files, base
    case trackOptions = "track_options"
  }
}

extension ExperimentRecord {
  /// Whether its runs had the machine to themselves, one after the other or on machines of one kind, as far as is known.
  package var ranAlone: Bool { (parallel ?? 1) == 1 && machines.count <= 1 }

  /// Whether the seconds of its runs are a result: none ran beside another, and all on equal machines with as many
  /// threads.
  package var hasComparableSeconds: Bool { parallel == 1 && machines.count == 1 }

  /// What an experiment was, as its runs and what was asked for make it.
  ///
  /// - Parameters:
  ///   - request: What was asked for.
  ///   - runs: Its runs; those of a comparison begin with one of each arm.
  ///   - track: What all runs share.
  ///   - claims: What no run can tell.
  ///   - files: SHA-256 of every other file, by its path.
  /// - Throws: What encoding the configuration throws.
  init(
    _ request: Request, of runs: [FinishedRun], on track: Track, claims: Claims,
    files: [String: String]
  ) throws {
    let environments = runs.map(\.record.environment)
    let data = runs.first?.record.data
    self.init(
      version: Self.currentVersion, kind: request.kind, purpose: request.purpose,
      title: request.title, command: claims.command, date: claims.date,
      commits: Set(environments.compactMap(\.git.commit)).sorted(),
      dirty: environments.contains { $0.git.dirty == true },
      machines: Set(environments.map(Machine.init)).sorted { $0.text < $1.text },
      track: track, precision: request.precision, seeds: request.seeds,
      settings: request.settings.map(\.text),
      arms: try request.arms.enumerated().map { index, arm in
        RecordedArm(
          name: arm.name, optimizer: arm.optimizer, settings: arm.settings.map(\.text),
          configurationSHA256: request.kind == .comparison
            ? try runs[index].record.configuration.sha256 : nil)
      },
      data: data?.checksums ?? Checksums(trainShards: [], valShards: [], tokenizer: nil),
      compute: Compute(runs.map(\.record)), parallel: claims.parallel,
      launcher: claims.launcher, question: request.question, files: files,
      trackOptions: request.source.options, base: request.source.definition)
  }

  /// What a record says that does not follow from its runs.
  package struct Claims: Sendable {
    package var command: String
    package var date: String
    package var parallel: Int?
    package var launcher: String?

    package init(command: String, date: String, parallel: Int?, launcher: String? = nil) {
      (self.command, self.date, self.parallel) = (command, date, parallel)
      self.launcher = launcher
    }
  }

  package var claims: Claims {
    Claims(command: command, date: date, parallel: parallel, launcher: launcher)
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
  init(_ environment: Environment) {
    self.init(
      cpu: environment.cpu, cpuFamily: environment.cpuFamily, cpuModel: environment.cpuModel,
      products: environment.products, simd: environment.simd, threads: environment.threads)
  }
}

extension RunRecord.DataFiles {
  /// The checksums of the files.
  package var checksums: ExperimentRecord.Checksums {
    ExperimentRecord.Checksums(
      trainShards: trainShards.map(\.sha256), valShards: valShards.map(\.sha256),
      tokenizer: tokenizer?.sha256)
  }
}

extension Request {
  /// What the experiment of a record was asked for; of a sweep its plan says it.
  package init(of record: ExperimentRecord, plan: String? = nil) throws {
    let source = TrackSource(record.base, options: record.trackOptions)
    if let plan {
      try self.init(plan: plan, in: URL(fileURLWithPath: "."), on: source)
      return
    }
    try self.init(
      source,
      arms: try record.arms.map { arm in
        try Arm(named: arm.name, arm.optimizer, try arm.settings.map { try Setting($0) })
      },
      seeds: record.seeds, settings: try record.settings.map { try Setting($0) },
      precision: record.precision,
      purpose: record.purpose.kind == .comparison ? record.purpose : .leaderboard,
      title: record.title, question: record.question)
  }
}
