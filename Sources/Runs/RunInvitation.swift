import Foundation
import MessagePassing
import NanoGPT
import Text

/// What the first rank tells the others of a run: all they need to train with it, and never to see its directory.
package struct RunInvitation {
  package let request: RunRequest
  /// Nil of a run that begins.
  package let checkpoint: RunCheckpoint?
  /// Where the first rank writes, as the user would type it.
  package let directory: String
  private let environment: Environment
  private let data: RunRecord.DataFiles
  private let log: [UInt8]

  private struct Content: Codable {
    let request: RunRequest
    let environment: Environment
    let data: RunRecord.DataFiles
    let directory: String
  }

  /// Tells the other ranks; they are waiting for it.
  ///
  /// - Parameters:
  ///   - ranks: All ranks.
  ///   - request: The run.
  ///   - environment: Where the first rank runs.
  ///   - data: What it trains on.
  ///   - directory: Where it writes, with the checkpoint that a run goes on from.
  ///   - isContinued: Whether it goes on.
  /// - Throws: `DataError` when the checkpoint cannot be read.
  package static func send(
    to ranks: Ranks, _ request: RunRequest, _ environment: Environment, _ data: RunRecord.DataFiles,
    _ directory: RunDirectory, isContinued: Bool
  ) throws {
    if ranks.isAlone { return }
    let content = Content(
      request: request, environment: environment, data: data,
      directory: directory.url.relativePath)
    _ = ranks.broadcast(Array(try JSON.line(content).utf8))
    _ = ranks.broadcast(
      isContinued
        ? try Files.read(
          directory.url.appendingPathComponent(RunCheckpoint.name), hint: "start it again") : [])
    _ = ranks.broadcast(try directory.earlierLog.jsonl)
  }

  /// Waits for what the first rank says.
  package init(from ranks: Ranks) throws {
    let content = try JSON.decoded(Content.self, from: ranks.broadcast([]))
    (request, environment, data) = (content.request, content.environment, content.data)
    directory = content.directory
    let bytes = ranks.broadcast([])
    log = ranks.broadcast([])
    checkpoint =
      bytes.isEmpty ? nil : try RunCheckpoint(bytes, path: "the checkpoint of the first rank")
  }

  /// What the log says so far.
  package func earlierLog(of plan: RunPlan) -> RunLog { RunLog.read(log, of: plan).log }

  /// Throws unless this rank computes with the same data, and rounds like the first one.
  package func check(_ files: RunRecord.DataFiles) throws(UsageError) {
    guard
      let difference = files.difference(from: data)
        ?? Environment(threads: 1).difference(from: environment)
    else { return }
    throw UsageError(
      "this rank would not compute what the first one does: \(difference)",
      hint: "start all ranks on machines of one kind, with the same data")
  }
}

extension RunPlan {
  /// What keeps so many ranks from training together; nil when nothing does.
  func problem(with ranks: Ranks) -> UsageError? {
    let lanes = track.lanesSideBySide
    guard ranks.count > lanes else { return nil }
    let even = (1...lanes).filter { lanes.isMultiple(of: $0) }.map(String.init)
    return UsageError(
      "\(ranks.count) ranks for \(lanes) lanes: every rank needs one",
      hint: lanes == 1
        ? "start one process"
        : "start at most \(lanes); \(even.joined(separator: ", ")) have equal shares")
  }
}

extension TrainingRun {
  /// Trains together with the first rank, which writes, and returns the log.
  package mutating func assist(_ invitation: RunInvitation) throws -> RunLog {
    var never = CheckpointWriter(
      of: RunCheckpoint.Header(request: invitation.request),
      in: URL(fileURLWithPath: "/", isDirectory: true), every: .never)
    var nobody = Nobody()
    return try train(
      after: invitation.earlierLog(of: plan), into: nil, checkpoints: &never, observer: &nobody
    ).log
  }
}

/// Who watches where nobody does.
private struct Nobody: TrainingObserver {
  func trained(step: Int, loss: Double, tokens: Int, time: Duration) {}
  func validated(loss: Double, of model: any TrainableModel) {}
  func warned(_ text: String) {}
}
