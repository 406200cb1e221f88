import Autograd
import Foundation
import Muon
import NanoGPT
import Text

/// All there is to know about a run: the content of `run.json`.
public struct RunRecord: Codable, Sendable {
  /// The name of the track.
  public var track: String
  /// The name of the rule that moved the matrices inside the blocks.
  public var optimizer: String
  /// What the command line changed about track and recipe, each as `key=value`.
  public var settings: [String]
  /// How it ended.
  public var outcome: Outcome
  package var configuration: Configuration
  package var data: DataFiles
  package var environment: Environment
  /// What came of it.
  public var result: Result

  /// How the run ended.
  public enum Outcome: String, Codable, Sendable {
    /// The whole schedule, the target reached.
    case reached
    /// The whole schedule, the target not reached.
    case missed
    /// The whole schedule, without a target.
    case completed
    /// A loss was not a number.
    case diverged
    /// Somebody ended it.
    case interrupted
  }

  /// What determines the numbers.
  package struct Configuration: Codable, Sendable {
    /// The name of the model's architecture; absent of the GPT of this package.
    package var architecture: String?
    package var model: ModelConfiguration
    package var training: Training
    package var groups: [GroupRecord]
  }

  /// How the model was trained.
  package struct Training: Codable, Equatable, Sendable {
    package var batch: Int
    package var steps: Int
    package var seed: UInt64
    package var dataSeed: UInt64
    package var lanes: Int
    package var accumulation: Int?
    package var precision: Precision
    package var schedule: Schedule
    @OrNull package var target: Double?
    /// Absent of text.
    package var targetAccuracy: Double?
    package var valTokens: Int
    package var valEvery: Int
    package var valEveryLate: Int?
    package var valGlance: Int?
    package var valNear: Double?

    enum CodingKeys: String, CodingKey {
      case batch, steps, seed, lanes, accumulation, precision, schedule, target
      case dataSeed = "data_seed"
      case targetAccuracy = "target_accuracy"
      case valTokens = "val_tokens"
      case valEvery = "val_every"
      case valEveryLate = "val_every_late"
      case valGlance = "val_glance"
      case valNear = "val_near"
    }
  }

  /// The files the run read.
  package struct DataFiles: Codable, Sendable {
    package var corpus: String
    package var trainShards: [File]
    package var valShards: [File]
    @OrNull package var tokenizer: File?

    /// A file, its checksum, and for a shard the number of tokens, or images, in it.
    package struct File: Codable, Sendable {
      package var path: String
      package var sha256: String
      package var tokens: Int?
    }

    package init(corpus: String, trainShards: [File], valShards: [File], tokenizer: File?) {
      (self.corpus, self.trainShards, self.valShards) = (corpus, trainShards, valShards)
      self.tokenizer = tokenizer
    }

    enum CodingKeys: String, CodingKey {
      case corpus, tokenizer
      case trainShards = "train_shards"
      case valShards = "val_shards"
    }
  }

  /// What came of it; seconds count training steps only, but for `wallSeconds`.
  public struct Result: Codable, Sendable {
    /// Whether a validation was at or below the target; nil without a target.
    @OrNull public var reached: Bool?
    /// The step of the first such validation.
    @OrNull public var stepsToTarget: Int?
    /// The training time until then.
    @OrNull public var trainSecondsToTarget: Double?
    /// The loss after the last step, in nats per token; nil of a run that ended early.
    @OrNull public var finalValLoss: Double?
    /// The same in bits per byte of text.
    @OrNull public var finalBitsPerByte: Double?
    /// The share of images whose class was found after the last step; absent of text, and of a run that ended early.
    public var finalValAccuracy: Double?
    /// The training steps it made.
    public var steps: Int
    /// The tokens, or images, it trained on.
    public var tokens: Int
    /// The time spent on training steps.
    public var trainSeconds: Double
    /// The time from the start of the process to its end.
    public var wallSeconds: Double
    /// From the start of the process until it was ready to train, warm-up included.
    @OrNull public var startupSeconds: Double?
    /// The median time of a training step, in milliseconds.
    @OrNull public var stepMillisecondsMedian: Double?
    /// The tokens trained on in a second of training time.
    @OrNull public var tokensPerSecond: Double?
    /// The part of the training time that updates took.
    public var optimizerSeconds: Double
    /// The part of the training time that rank 0 spent on messages to other ranks, and waiting for them; absent of a
    /// process alone.
    public var communicationSeconds: Double?
    /// How many matrices were orthogonalized.
    public var newtonSchulzCalls: Int
    /// The most memory that a process had resident.
    public var peakResidentBytes: Int
    /// The step whose loss was not a number, of a run that diverged.
    public var divergedAtStep: Int?
    /// What stood still; absent where nothing did.
    public var pauses: Pauses?
    /// Where it stopped and was resumed; absent where it ran in one go.
    public var interruptions: [Interruption]?
    /// What the weights know beyond the loss; absent without diagnostics, and of images.
    public var evaluation: TextEvaluation?

    enum CodingKeys: String, CodingKey {
      case reached, steps, tokens, pauses, interruptions, evaluation
      case stepsToTarget = "steps_to_target"
      case trainSecondsToTarget = "train_seconds_to_target"
      case finalValLoss = "final_val_loss"
      case finalBitsPerByte = "final_bits_per_byte"
      case finalValAccuracy = "final_val_accuracy"
      case trainSeconds = "train_seconds"
      case wallSeconds = "wall_seconds"
      case startupSeconds = "startup_seconds"
      case stepMillisecondsMedian = "step_ms_median"
      case tokensPerSecond = "tokens_per_second"
      case optimizerSeconds = "optimizer_seconds"
      case communicationSeconds = "communication_seconds"
      case newtonSchulzCalls = "newton_schulz_calls"
      case peakResidentBytes = "peak_rss_bytes"
      case divergedAtStep = "diverged_at_step"
    }
  }
}

extension RunRecord {
  /// A place where a run stopped, and went on later as if it had not.
  public struct Interruption: Codable, Hashable, Sendable {
    /// The training steps that were made and kept.
    public var step: Int
    /// The steps after that which were lost, and made again.
    public var repeatedSteps: Int
    /// The signal that asked the run to end, such as `SIGINT`; nil where it was killed, or the machine was.
    public var signal: String?
    /// When what is kept was written, as `2026-11-27T09:30:00Z`.
    public var stopped: String
    /// When the run went on.
    public var resumed: String

    package init(
      step: Int, repeatedSteps: Int, signal: String?, stopped: String, resumed: String
    ) {
      (self.step, self.repeatedSteps, self.signal) = (step, repeatedSteps, signal)
      (self.stopped, self.resumed) = (stopped, resumed)
    }

    enum CodingKeys: String, CodingKey {
      case step, signal, stopped, resumed
      case repeatedSteps = "repeated_steps"
    }
  }
}

extension RunRecord {
  /// Reads the record of the run in `directory`.
  public init(in directory: URL) throws(DataError) {
    let url = directory.appendingPathComponent(RunDirectory.recordName)
    try self.init(try Files.read(url, hint: Self.hint), path: url.path)
  }

  /// Reads the content of the `run.json` at `path`.
  package init(_ bytes: [UInt8], path: String) throws(DataError) {
    do {
      self = try JSON.decoded(RunRecord.self, from: bytes)
    } catch {
      throw .badData(
        path: path, reason: "not the record of a run\(JSON.place(of: error))", hint: Self.hint)
    }
  }

  private static let hint = "name the directory of a finished run, such as one in results/runs"
}

extension RunRecord {
  /// What only the process that ran it could tell.
  ///
  /// Of a run that was resumed, the sum over its processes.
  package struct Process: Codable, Sendable {
    package var wallSeconds: Double
    package var startupSeconds: Double?
    package var newtonSchulzCalls: Int
    package var peakResidentBytes: Int
    package var interruptions: [Interruption]
    package var evaluation: TextEvaluation?

    package init(
      wallSeconds: Double, startupSeconds: Double?, newtonSchulzCalls: Int, peakResidentBytes: Int,
      interruptions: [Interruption] = [], evaluation: TextEvaluation? = nil
    ) {
      (self.wallSeconds, self.startupSeconds) = (wallSeconds, startupSeconds)
      (self.newtonSchulzCalls, self.peakResidentBytes) = (newtonSchulzCalls, peakResidentBytes)
      (self.interruptions, self.evaluation) = (interruptions, evaluation)
    }

    /// Of a run that has not begun.
    package static let notBegun = Process(
      wallSeconds: 0, startupSeconds: nil, newtonSchulzCalls: 0, peakResidentBytes: 0)
  }

  /// The record of a run: by whoever ran it, and by whoever makes it again from its log.
  package init(
    of log: RunLog, groups: [ParameterGroup], on data: DataFiles, environment: Environment,
    process: Process
  ) {
    let plan = log.plan
    self.init(
      track: plan.track.name, optimizer: plan.optimizer, settings: plan.settings.map(\.text),
      outcome: log.outcome, configuration: Configuration(plan, groups: groups), data: data,
      environment: environment, result: log.result(of: process))
  }
}

extension RunRecord.Configuration {
  package init(_ plan: RunPlan, groups: [ParameterGroup]) {
    self.init(
      architecture: plan.track.model.architecture, model: plan.track.modelConfiguration,
      training: RunRecord.Training(plan),
      groups: groups.map(\.record))
  }

  /// SHA-256 of the whole but for the seed and what follows from it, as JSON in one line: the same for all runs of
  /// an arm.
  package var sha256: String {
    get throws {
      var tree = try JSON.decoded(Tree.self, from: Array(try JSON.line(self).utf8))
      tree[["training", "seed"]] = nil
      if training.dataSeed >= 1 << 20 { tree[["training", "data_seed"]] = nil }
      return SHA256.hexadecimal(Array(try JSON.line(tree).utf8))
    }
  }
}

extension RunRecord.Training {
  package init(_ plan: RunPlan) {
    let track = plan.track
    self.init(
      batch: track.batch, steps: plan.steps, seed: plan.seed, dataSeed: plan.dataSeed,
      lanes: track.lanes, accumulation: track.accumulation, precision: plan.precision,
      schedule: plan.recipe.schedule, target: track.target,
      targetAccuracy: track.targetAccuracy, valTokens: track.valTokens, valEvery: track.valEvery,
      valEveryLate: track.valEveryLate, valGlance: track.valGlance, valNear: track.valNear)
  }
}
