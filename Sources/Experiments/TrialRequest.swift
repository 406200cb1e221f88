import Autograd
import Foundation
import Machine
import NanoGPT
import Runs
import Text

/// What a launched process is told on its standard input, in one line: a run, and what its bits depend on.
///
/// Nothing of it is a word of a command, so whatever launcher may be on the way, nothing has to be quoted.
package struct TrialRequest: Codable, Sendable {
  /// What a launched process says on standard output when it is about to begin.
  package static let greeting = "speedrun: the trial begins"

  /// The current directory, from which all paths are.
  fileprivate var directory: String
  /// `run` and its options.
  package var arguments: [String]
  /// The family of the kernels.
  package var kernels: String
  /// SHA-256 of the program's file.
  fileprivate var program: String
  fileprivate var environment: Environment
  fileprivate var data: RunRecord.DataFiles

  /// Goes to where the run is to be made.
  ///
  /// - Throws: `UsageError` when this program is another one, or the directory is not here.
  package func enterDirectory() throws {
    guard program == (try Self.checksum()) else {
      throw UsageError(
        "\(CurrentProcess.executablePath) is another build here than the one that asks for the trial",
        hint: "give all machines the same program, and give the same command again")
    }
    guard FileManager.default.changeCurrentDirectoryPath(directory) else {
      throw UsageError(
        "there is no directory \(directory) here",
        hint: "all machines must see the same files in the same place")
    }
  }

  /// Throws `UsageError` unless this process reads the same data, and rounds like the one that asks.
  package func check(_ data: RunRecord.DataFiles) throws(UsageError) {
    if let difference = data.difference(from: self.data)
      ?? Environment(threads: 1).difference(from: environment)
    {
      throw Self.refusal(difference)
    }
  }

  /// Why a machine cannot make a trial of an experiment.
  package static func refusal(_ difference: String) -> UsageError {
    UsageError(
      "the trial would not be the same here: \(difference)",
      hint:
        "all machines must be of one kind, that which gives the command included, with the same data"
    )
  }

  /// SHA-256 of this program's file.
  fileprivate static func checksum() throws(DataError) -> String {
    SHA256.hexadecimal(try Files.read(CurrentProcess.executable, hint: "put the program back"))
  }
}

/// Makes the requests of an experiment: what they have in common is found out once.
struct TrialRequests {
  private let program: String
  private let environment = Environment(threads: 1)
  private var data: [DataKey: RunRecord.DataFiles] = [:]

  /// What decides about the data of a trial.
  private struct DataKey: Hashable {
    let corpus: String
    let vocabulary: Int
    let directory: URL?
  }

  init() throws(DataError) { program = try TrialRequest.checksum() }

  /// What a trial is asked for with.
  mutating func request(for trial: Trial, threads: Int) throws -> TrialRequest {
    let track = try trial.plan().track
    let key = DataKey(
      corpus: track.corpus, vocabulary: track.vocabulary, directory: trial.source.dataDirectory)
    let files =
      try data[key]
      ?? RunRecord.DataFiles(
        trial.source.data(for: track, progress: { _ in }), corpus: track.corpus)
    data[key] = files
    return TrialRequest(
      directory: FileManager.default.currentDirectoryPath,
      arguments: trial.arguments(threads: threads, endsWithInput: false),
      kernels: ProductKernels.chosen.name, program: program, environment: environment, data: files)
  }
}
