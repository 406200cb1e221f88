import Autograd
import Foundation
import NanoGPT
import Text

/// What an experiment is, a comparison or a sweep: the content of its `record.json`.
///
/// What it found lies beside it in `result.json`, and the raw logs in the directories of its runs.
package struct ExperimentRecord: Codable, Equatable, Sendable {
  /// Which command made it.
  package enum Kind: String, CaseIterable, Codable, Sendable {
    case comparison
    case sweep
  }

  /// What it was made for: where its numbers are shown.
  package enum Purpose: String, CaseIterable, Codable, Sendable {
    /// A comparison of optimizers, each as well tuned as it could be.
    case leaderboard
    /// The final loss as a function of the number of steps.
    case lengths
    /// What each part of a recipe is worth, the first arm being the whole.
    case ablations
    /// A search for hyperparameters.
    case search
    /// Steps to a loss at one size of the batch.
    case batch

    /// The kind of experiment it belongs to.
    package var kind: Kind {
      switch self {
      case .leaderboard, .lengths, .ablations: .comparison
      case .search, .batch: .sweep
      }
    }
  }

  /// A machine that runs were made on.
  package struct Machine: Codable, Hashable, Sendable {
    package var cpu: String
    package var products: String
    package var simd: String
    package var threads: Int
  }

  /// An arm as it was asked for.
  package struct Arm: Codable, Equatable, Sendable {
    package var name: String
    package var optimizer: Contestant
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
  package var kind: Kind
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
  package var arms: [Arm]
  package var data: Checksums
  package var compute: Compute
  /// How many runs were made side by side; nil in records from before it was noted, and of runs made elsewhere.
  package var parallel: Int?
  /// SHA-256 of every other file, by its path from here.
  package var files: [String: String]
  /// The options that named the track.
  package var trackOptions: [String]
  /// The track and its recipes before any setting: they change with the program, and a record does not.
  package var base: TrackFile

  enum CodingKeys: String, CodingKey {
    case version, kind, purpose, title, command, date, commits, dirty, machines, track, precision
    case seeds, settings, arms, data, compute, parallel, files, base
    case trackOptions = "track_options"
  }
}

extension ExperimentRecord {
  /// Whether the seconds of its runs are a result: none ran beside another, and all on equal machines with as many
  /// threads.
  package var hasComparableSeconds: Bool { parallel == 1 && machines.count == 1 }

  /// The version this program writes and reads.
  package static let currentVersion = 1

  /// The name of its file.
  package static let fileName = "record.json"

  /// The name of the file with what the experiment found.
  package static let resultName = "result.json"

  /// Where the records lie that are committed.
  package static let directory = URL(fileURLWithPath: "results/records", isDirectory: true)

  /// Reads the record of the experiment in `directory`.
  package init(in directory: URL) throws(DataError) {
    let hint = "make it again: the same command with --no-run, or the same sweep, runs nothing anew"
    let url = directory.appendingPathComponent(Self.fileName)
    let bytes = try Files.read(url, hint: hint)
    let decoder = JSONDecoder()
    // The version first: the keys of another version may have other names.
    let found = try? decoder.decode(Version.self, from: Data(bytes)).version
    if let found, found != Self.currentVersion {
      throw .badData(
        path: url.relativePath,
        reason: "version \(found) of a record is not \(Self.currentVersion)", hint: hint)
    }
    do {
      self = try decoder.decode(Self.self, from: Data(bytes))
    } catch {
      throw .badData(
        path: url.relativePath,
        reason: "not the record of an experiment\(DecodingPlace.text(of: error))",
        hint: hint)
    }
    if let problem = track.problem.map({ "track: \($0)" }) ?? base.problem.map({ "base: \($0)" }) {
      throw .badData(path: url.relativePath, reason: problem, hint: hint)
    }
  }

  /// The directories in ``directory``, each of one experiment, sorted by name.
  ///
  /// - Throws: ``DataError`` when it is there and cannot be listed.
  package static func committed(in directory: URL = directory) throws(DataError) -> [URL] {
    guard directory.isDirectory else { return [] }
    let names: [String]
    do {
      names = try FileManager.default.contentsOfDirectory(atPath: directory.path)
    } catch {
      throw .missingInput(
        path: directory.relativePath, reason: error.localizedDescription,
        hint: "make it readable")
    }
    return names.filter { !$0.hasPrefix(".") }.sorted()
      .map { directory.appendingPathComponent($0, isDirectory: true) }.filter(\.isDirectory)
  }

  private struct Version: Decodable {
    let version: Int
  }
}

extension URL {
  /// Whether a directory is there.
  var isDirectory: Bool {
    var isDirectory: ObjCBool = false
    return FileManager.default.fileExists(atPath: path, isDirectory: &isDirectory)
      && isDirectory.boolValue
  }
}
