import ArgumentParser
import Autograd
import Experiments
import Foundation
import NanoGPT
import Runs

/// What a run begins with, or goes on from.
struct RunStart {
  let source: TrackSource
  let plan: RunPlan
  let data: any TrainingData
  /// Where it writes.
  let place: URL
  /// Nil of a run that begins.
  var checkpoint: RunCheckpoint?
  let savesWeights: Bool
  let forTensorBoard: Bool

  /// What a checkpoint needs to plan the run again.
  var request: RunRequest {
    RunRequest(
      plan, options: source.options, data: data, savesWeights: savesWeights,
      forTensorBoard: forTensorBoard)
  }
}

extension RunCommand {
  /// The run that the options ask for, and the track it is on before any setting.
  func planned() throws -> (source: TrackSource, plan: RunPlan) {
    let source = try track.source()
    return (
      source,
      try RunPlan(
        source.definition, try optimizer.checked(),
        settings: try track.settings([("steps", steps.map { "\($0)" })]), seed: seed ?? 0,
        precision: try precision.checked(), diagnosticsEvery: diagnostics.interval)
    )
  }

  /// The run from its beginning, or where the one that is to go on was interrupted.
  func start(saying progress: (String) -> Void) throws -> RunStart {
    if let directory = checkpoints.resume { return try resumedRun(in: directory) }
    let (source, plan) = try planned()
    return try newRun(source, plan, progress: progress)
  }

  /// A run from its beginning.
  private func newRun(
    _ source: TrackSource, _ plan: RunPlan, progress: (String) -> Void
  ) throws -> RunStart {
    let data = try source.data(for: plan.track, progress: progress)
    let place =
      out.map { URL(fileURLWithPath: $0, isDirectory: true) }
      ?? RunDirectory.defaultURL(
        track: plan.track.name, optimizer: plan.optimizer, seed: plan.seed)
    try RunDirectory.check(place, for: plan, isForced: force)
    return RunStart(
      source: source, plan: plan, data: data, place: place, savesWeights: !noSave,
      forTensorBoard: forTensorBoard)
  }

  /// The interrupted run in a directory, if nothing has changed on which its numbers depend.
  private func resumedRun(in path: String) throws -> RunStart {
    let place = URL(fileURLWithPath: path, isDirectory: true)
    let checkpoint = try RunCheckpoint(in: place)
    let (record, request) = (try RunRecord(in: place), checkpoint.header.request)
    let plan = try request.plan()
    _ = try plan.precision.checked(for: "--precision")
    for plan in [plan, try asked(of: request)] {
      if let difference = plan.difference(from: record) { throw refusal(place, difference) }
    }
    let directory = track.data.path ?? request.dataDirectory
    let source = TrackSource(
      request.definition, options: request.options,
      dataDirectory: URL(fileURLWithPath: directory, isDirectory: true))
    let data = try source.data(for: plan.track) { _ in }
    let files = RunRecord.DataFiles(data, corpus: plan.track.corpus)
    if let difference = files.difference(from: record.data)
      ?? Environment(threads: 1).difference(from: record.environment)
    {
      throw refusal(place, difference)
    }
    return RunStart(
      source: source, plan: plan, data: data, place: place, checkpoint: checkpoint,
      savesWeights: request.savesWeights, forTensorBoard: request.forTensorBoard)
  }

  private func refusal(_ place: URL, _ difference: String) -> UsageError {
    UsageError(
      "--resume \(place.relativePath): it would not be the same run: \(difference)",
      hint: "leave out what is not to change, or begin another run")
  }

  /// A run with what the options change about the one that was asked for.
  private func asked(of request: RunRequest) throws -> RunPlan {
    var settings: [Setting] = []
    for text in request.settings { settings.append(try Setting(text)) }
    settings += try track.settings([("steps", steps.map { "\($0)" })])
    return try RunPlan(
      track.isNamed ? track.source().definition : request.definition,
      optimizer.given ?? request.optimizer, settings: settings, seed: seed ?? request.seed,
      precision: precision.given ?? request.precision)
  }
}
