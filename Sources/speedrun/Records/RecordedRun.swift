import Foundation
import NanoGPT

/// A finished run of an experiment.
struct RecordedRun {
  let trial: Trial
  let record: RunRecord
  /// SHA-256 of its configuration as its file has it, without the seed.
  let configurationSHA256: String

  /// The files of a run in an experiment: no weights.
  static let fileNames = ["run.json", "log.jsonl", "log.txt"]

  /// Takes a run whose record has been read.
  init(_ trial: Trial, _ record: RunRecord, json: RawJSON) {
    self.trial = trial
    self.record = record
    let configuration = json["configuration"]?.removing("training", "seed") ?? .token("null")
    configurationSHA256 = Files.sha256(Array(configuration.canonical.utf8))
  }

  /// Reads the file of a run again that this program has just read.
  init(_ trial: Trial, _ record: RunRecord) throws {
    let bytes = try Files.read(
      trial.directory.appendingPathComponent("run.json"), hint: "run the same command again")
    self.init(trial, record, json: try RawJSON(bytes))
  }

  /// When the run ended.
  var end: Date? {
    let path = trial.directory.appendingPathComponent("run.json").path
    return try? FileManager.default.attributesOfItem(atPath: path)[.modificationDate] as? Date
  }
}

extension RunRecord.DataRecord {
  /// The checksums of the files.
  var checksums: ExperimentRecord.Checksums {
    ExperimentRecord.Checksums(
      trainShards: trainShards.map(\.sha256), valShards: valShards.map(\.sha256),
      tokenizer: tokenizer?.sha256)
  }
}
