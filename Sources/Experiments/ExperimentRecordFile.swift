import Foundation
import NanoGPT
import Runs
import Text

/// Where records lie, and how they are read.
extension ExperimentRecord {
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
    let url = directory.appendingPathComponent(Self.fileName)
    try self.init(try Files.read(url, hint: Self.hint), path: url.relativePath)
  }

  /// Reads the content of the record at `path`.
  package init(_ bytes: [UInt8], path: String) throws(DataError) {
    // The version first: the keys of another version may have other names.
    let found = try? JSON.decoded(Version.self, from: bytes).version
    if let found, found != Self.currentVersion {
      throw .badData(
        path: path,
        reason: "version \(found) of a record is not \(Self.currentVersion)", hint: Self.hint)
    }
    do {
      self = try JSON.decoded(Self.self, from: bytes)
    } catch {
      throw .badData(
        path: path, reason: "not the record of an experiment\(JSON.place(of: error))",
        hint: Self.hint)
    }
    if let problem = track.problem.map({ "track: \($0)" }) ?? base.problem.map({ "base: \($0)" }) {
      throw .badData(path: path, reason: problem, hint: Self.hint)
    }
  }

  private static let hint =
    "make it again: the same command with --no-run, or the same sweep, runs nothing anew"

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
  package var isDirectory: Bool {
    var isDirectory: ObjCBool = false
    return FileManager.default.fileExists(atPath: path, isDirectory: &isDirectory)
      && isDirectory.boolValue
  }
}
