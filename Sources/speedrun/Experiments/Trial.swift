import Autograd
import Foundation
import Muon
import NanoGPT

/// One run of an experiment: a `speedrun run` whose record stays in a directory of its own.
package struct Trial: Hashable, Sendable {
  package var track: TrackSource
  package var optimizer: Contestant
  /// What changes about the track's recipe, in the order of `--set`.
  package var settings: [Setting]
  package var seed: UInt64
  package var precision: Precision
  /// Where the record lies, or will lie.
  package var directory: URL
  /// Training steps from one look at the updates to the next, or nil: it changes the log only.
  package var diagnosticsEvery: Int?

  package init(
    track: TrackSource, optimizer: Contestant, settings: [Setting], seed: UInt64,
    precision: Precision, directory: URL
  ) {
    self.track = track
    self.optimizer = optimizer
    self.settings = settings
    self.seed = seed
    self.precision = precision
    self.directory = directory
  }

  /// What `speedrun` is called with.
  package func arguments(threads: Int) -> [String] {
    ["run"] + track.arguments + ["--optimizer", optimizer.rawValue]
      + settings.flatMap { ["--set", $0.text] }
      + [
        "--seed", String(seed), "--precision", precision.rawValue, "--threads", String(threads),
        "--out", directory.path, "--no-save", "--quiet", "--end-with-input",
      ] + (diagnosticsEvery.map { ["--diagnostics-every", String($0)] } ?? [])
  }

  /// The run, decided in full.
  func plan(threads: Int = 1) throws -> RunPlan {
    try RunPlan(
      track.file(), optimizer, settings: settings, seed: seed, precision: precision,
      threads: threads, savesInitialWeights: false, savesWeights: false)
  }

  /// The record, if this very trial has run to its end; a diverged one has.
  ///
  /// A record that is damaged, interrupted, or of another configuration is none.
  package func finishedRecord() throws -> RunRecord? {
    let log = directory.appendingPathComponent("log.jsonl")
    guard FileManager.default.fileExists(atPath: log.path),
      let record = try? RunRecord(in: directory), record.outcome != .interrupted,
      try plan().produces(record)
    else { return nil }
    return record
  }
}

extension RunPlan {
  /// Whether a record is of a run of this plan, whatever machine it ran on.
  fileprivate func produces(_ record: RunRecord) -> Bool {
    let groups = record.configuration.groups
    let rules = recipe.rules
    return record.track == track.name && record.optimizer == contestant
      && record.data.corpus == track.corpus
      && record.configuration.model == track.configuration
      && record.configuration.training == RunRecord.Training(self)
      && groups.map(\.name) == rules.map(\.group) && groups.map(\.rule) == rules.map(\.rule)
  }
}
