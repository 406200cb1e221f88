import Foundation

/// Other programs, run for what they print.
package enum Program {
  /// The file of a program in the directories of `searchPath`; nil when none has it.
  package static func file(of name: String, in searchPath: String) -> String? {
    searchPath.split(separator: ":").map { "\($0)/\(name)" }
      .first(where: FileManager.default.isExecutableFile(atPath:))
  }

  /// Returns what a program in `PATH` prints.
  ///
  /// - Throws: ``DataError`` of kind `missingInput` without it, of kind `badData` when it fails.
  package static func output(
    of name: String, _ arguments: [String], hint: String
  ) throws(DataError) -> [UInt8] {
    guard let program = file(of: name, in: ProcessInfo.processInfo.environment["PATH"] ?? "") else {
      throw .missingInput(path: name, reason: "no such program in PATH", hint: hint)
    }
    return try output(ofFile: program, arguments, hint: hint)
  }

  /// Returns what the program of a file prints.
  package static func output(
    ofFile program: String, _ arguments: [String], hint: String
  ) throws(DataError) -> [UInt8] {
    let process = Process()
    let pipe = Pipe()
    process.executableURL = URL(fileURLWithPath: program)
    process.arguments = arguments
    process.standardInput = FileHandle.nullDevice
    process.standardOutput = pipe
    process.standardError = FileHandle.nullDevice
    do {
      try process.run()
      let printed = try pipe.fileHandleForReading.readToEnd() ?? Data()
      process.waitUntilExit()
      if process.terminationStatus == 0 { return [UInt8](printed) }
    } catch {
      throw .missingInput(
        path: program, reason: "cannot be run (\(error.localizedDescription))", hint: hint)
    }
    throw .badData(
      path: program, reason: "failed with status \(process.terminationStatus)", hint: hint)
  }
}
