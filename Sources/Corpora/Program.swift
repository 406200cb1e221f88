import Foundation
import NanoGPT

/// A program of a Debian package that prints a text.
struct Program {
  /// Its name, looked for in the directories of `PATH`.
  let name: String
  let arguments: [String]
  /// What to do where it is missing or fails.
  let hint: String

  /// Runs it, and returns what it prints.
  ///
  /// - Throws: ``DataError`` of kind `missingInput` without the program, of kind `badData` when it fails.
  func output(
    searchPath: String = ProcessInfo.processInfo.environment["PATH"] ?? ""
  ) throws(DataError) -> String {
    let places = searchPath.split(separator: ":").map { "\($0)/\(name)" }
    guard let place = places.first(where: FileManager.default.isExecutableFile(atPath:)) else {
      throw .missingInput(path: name, reason: "no such program in PATH", hint: hint)
    }
    let process = Process()
    let pipe = Pipe()
    process.executableURL = URL(fileURLWithPath: place)
    process.arguments = arguments
    process.standardInput = FileHandle.nullDevice
    process.standardOutput = pipe
    process.standardError = FileHandle.nullDevice
    do {
      try process.run()
      let printed = try pipe.fileHandleForReading.readToEnd() ?? Data()
      process.waitUntilExit()
      if process.terminationStatus == 0 { return String(decoding: printed, as: UTF8.self) }
    } catch {
      throw .missingInput(
        path: place, reason: "cannot be run (\(error.localizedDescription))", hint: hint)
    }
    throw .badData(
      path: place, reason: "failed with status \(process.terminationStatus)", hint: hint)
  }
}
