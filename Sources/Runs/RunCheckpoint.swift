import Autograd
import Foundation
import Muon
import NanoGPT
import Text

/// Where a run can go on from as if it had never stopped: weights, what the optimizer remembers, and the place in the
/// data.
///
/// It is one safetensors file in the run's directory. A run writes the first one before it begins, without tensors: its
/// seed says what they are.
package struct RunCheckpoint: Sendable {
  package var header: Header
  /// The path of its file, as the user would type it.
  private let path: String
  /// By name, with the prefixes of ``Tensors``; empty before the first step.
  private let tensors: [String: (shape: [Int], values: [Float])]

  /// The name of its file.
  package static let name = "checkpoint.safetensors"
  private static let key = "run"
  /// The version of the format that this program writes and reads.
  private static let format = 1

  /// Everything but the numbers of the model.
  package struct Header: Codable, Sendable {
    /// The version of the format, which is another when older programs cannot read it.
    package var format = RunCheckpoint.format
    /// The run, as it was asked for.
    package var request: RunRequest
    /// The training steps made.
    package var step = 0
    /// Where the next batch comes from.
    package var position = BatchLoader.Position.start
    /// What the processes so far could tell of themselves.
    package var process = RunRecord.Process.notBegun
    /// When it was written.
    package var time = String.now
    /// The signal that ended the run here; nil while it goes on.
    package var signal: String?

    /// That of a run that has not begun.
    package init(request: RunRequest) { self.request = request }

    /// Why no run can have written this, in words; nil when one can.
    fileprivate var problem: String? {
      if step < 0 { return "\(step) training steps" }
      // Every epoch has a batch.
      if position.epoch > step { return "epoch \(position.epoch) after \(step) training steps" }
      let calls = process.newtonSchulzCalls
      if calls < 0 || calls > 1 << 53 { return "\(calls) calls of Newton-Schulz" }
      return request.definition.problem
    }
  }

  /// How many training steps the checkpoint in a directory has; nil where there is none.
  package static func step(in directory: URL) -> Int? {
    let url = directory.appendingPathComponent(name)
    guard let text = try? Safetensors.metadata(of: url)[key] else { return nil }
    return try? JSON.decoded(Header.self, from: Array(text.utf8)).step
  }

  /// Notes that the run stopped here, and goes on now.
  ///
  /// - Parameter steps: The training steps that were made before it, lost ones included.
  mutating func noteInterruption(after steps: Int) {
    header.process.interruptions.append(
      RunRecord.Interruption(
        step: header.step, repeatedSteps: steps - header.step, signal: header.signal,
        stopped: header.time, resumed: .now))
  }

  /// Which tensors are the weights, and which are the optimizer's.
  private enum Tensors {
    static let weights = "weights."
    static let state = "state."
  }

  /// Reads the checkpoint in the directory of a run.
  package init(in directory: URL) throws(DataError) {
    let url = directory.appendingPathComponent(Self.name)
    guard FileManager.default.fileExists(atPath: url.path) else {
      let isFinished = (try? RunRecord(in: directory)).map { $0.outcome != .interrupted } ?? false
      throw .missingInput(
        path: url.relativePath, reason: isFinished ? "the run has finished" : "no such checkpoint",
        hint: isFinished
          ? "nothing is left to do there" : "name the directory of a run that was interrupted")
    }
    try self.init(try Files.read(url, hint: Self.hint), path: url.relativePath)
  }

  /// Reads the content of the checkpoint at `path`.
  package init(_ bytes: [UInt8], path: String) throws(DataError) {
    self.path = path
    let contents = try Safetensors.parsed(bytes, path: path)
    do {
      header = try JSON.decoded(
        Header.self, from: Array(contents.metadata[Self.key, default: ""].utf8))
    } catch {
      throw .badData(
        path: path, reason: "not the checkpoint of a run\(JSON.place(of: error))", hint: Self.hint)
    }
    guard header.format == Self.format else {
      throw .badData(
        path: path, reason: "format \(header.format) of a checkpoint is not \(Self.format)",
        hint: "go on with the program that wrote it, or start the run again with --force")
    }
    if let problem = header.problem {
      throw .badData(path: path, reason: problem, hint: Self.hint)
    }
    tensors = contents.tensors
  }

  private static let hint = "start the run again, with --force"

  /// Puts the numbers of a model and of its optimizer in place; on an error the run must not go on.
  package func restore(_ parameters: [Parameter], _ optimizer: Optimizer) throws(DataError) {
    guard header.step > 0 else { return }
    var rest = tensors
    func damaged(_ reason: String) -> DataError {
      .badData(path: path, reason: reason, hint: Self.hint)
    }
    for parameter in parameters {
      guard let tensor = rest.removeValue(forKey: Tensors.weights + parameter.name),
        tensor.shape == parameter.shape.extents
      else { throw damaged("it has no weights for \(parameter.name) \(parameter.shape)") }
      parameter.assign(tensor.values)
    }
    var state = OptimizerState(updates: header.step, buffers: [:])
    for (name, tensor) in rest {
      state.buffers[String(name.dropFirst(Tensors.state.count))] = tensor.values
    }
    do {
      try optimizer.restore(state)
    } catch {
      throw damaged("\(error)")
    }
  }

  /// Writes a checkpoint whose name is still to be given.
  ///
  /// Writing is as fast as memory, and the weights may change as soon as it returns; waiting for the disk is not, and is
  /// left to whoever commits.
  static func file(
    _ header: Header, of parameters: [Parameter], _ optimizer: Optimizer, in directory: URL
  ) throws -> UncommittedFile {
    let tensors =
      parameters.map {
        StoredTensor(name: Tensors.weights + $0.name, shape: $0.shape, storage: $0.storage)
      }
      + optimizer.stateStorages.map {
        StoredTensor(name: Tensors.state + $0, shape: $1, storage: $2)
      }
    return try Safetensors.file(
      header.step == 0 ? [] : tensors, metadata: [key: try JSON.line(header)],
      at: directory.appendingPathComponent(name))
  }
}

/// A run as it was asked for: what a checkpoint needs to plan it again.
package struct RunRequest: Codable, Sendable {
  /// The track as it was before any setting.
  package var definition: TrackDefinition
  package var optimizer: String
  /// Each as `key=value`.
  package var settings: [String]
  package var seed: UInt64
  package var precision: Precision
  package var diagnosticsEvery: Int?
  /// The options that named the track.
  package var options: [String]
  /// Where the data lay, from anywhere on this machine.
  package var dataDirectory: String
  /// Whether the weights are to be kept.
  package var savesWeights: Bool
  /// Whether there is a log for TensorBoard.
  package var forTensorBoard: Bool

  package init(
    _ plan: RunPlan, options: [String], data: any TrainingData, savesWeights: Bool,
    forTensorBoard: Bool
  ) {
    (definition, optimizer, seed) = (plan.original, plan.optimizer, plan.seed)
    (precision, diagnosticsEvery) = (plan.precision, plan.diagnosticsEvery)
    settings = plan.settings.map(\.text)
    (self.options, self.savesWeights) = (options, savesWeights)
    self.forTensorBoard = forTensorBoard
    dataDirectory = data.directory.standardizedFileURL.path
  }

  /// The run, decided in full.
  package func plan() throws(UsageError) -> RunPlan {
    var settings: [Setting] = []
    for text in self.settings { settings.append(try Setting(text)) }
    return try RunPlan(
      definition, optimizer, settings: settings, seed: seed, precision: precision,
      diagnosticsEvery: diagnosticsEvery)
  }
}
