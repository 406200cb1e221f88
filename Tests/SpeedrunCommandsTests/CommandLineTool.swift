import Autograd
import Dispatch
import Foundation
import Machine
import NanoGPT
import Statistics
import Testing

/// The built `speedrun`, run as a user runs it.
struct CommandLineTool {
  /// What a finished run of the program left behind.
  struct Outcome {
    let status: Int32
    let output: String
    let messages: String

    /// The lines of messages that are errors or hints.
    var complaints: [Substring] {
      messages.split(separator: "\n").filter { $0.hasPrefix("error:") || $0.hasPrefix("hint:") }
    }

    /// The standard output as a JSON object.
    func json() throws -> [String: Any] {
      let value = try JSONSerialization.jsonObject(with: Data(output.utf8))
      return try #require(value as? [String: Any])
    }
  }

  /// The directory commands run in.
  let directory: URL

  /// Where the test bundle lies, the program lies.
  private static let program = CurrentProcess.executable.resolvingSymlinksInPath()
    .deletingLastPathComponent().appendingPathComponent("speedrun")

  /// Runs the program to its end.
  func run(_ arguments: String...) throws -> Outcome {
    try run(arguments)
  }

  /// Runs the program to its end.
  func run(
    _ arguments: [String], environment: [String: String] = [:], fileSizeLimit kilobytes: Int? = nil
  ) throws -> Outcome {
    let (output, messages) = (try temporaryFile("output"), try temporaryFile("messages"))
    let process = process(arguments, environment: environment, fileSizeLimit: kilobytes)
    process.standardOutput = try FileHandle(forWritingTo: output)
    process.standardError = try FileHandle(forWritingTo: messages)
    try process.runAndWait()
    try #require(process.terminationReason == .exit, "\(arguments) died")
    return Outcome(
      status: process.terminationStatus,
      output: String(decoding: try Data(contentsOf: output), as: UTF8.self),
      messages: try String(contentsOf: messages, encoding: .utf8))
  }

  private func temporaryFile(_ name: String) throws -> URL {
    let files = directory.appendingPathComponent(".streams", isDirectory: true)
    try FileManager.default.createDirectory(at: files, withIntermediateDirectories: true)
    let url = files.appendingPathComponent("\(name)-\(UUID().uuidString)")
    try Data().write(to: url)
    return url
  }

  /// The program, ready to run; with a limit, no file can grow beyond it.
  func process(
    _ arguments: [String], environment: [String: String] = [:], fileSizeLimit kilobytes: Int? = nil
  ) -> Process {
    let process = Process()
    process.currentDirectoryURL = directory
    process.standardInput = FileHandle.nullDevice
    process.standardOutput = FileHandle.nullDevice
    process.standardError = FileHandle.nullDevice
    process.environment = ProcessInfo.processInfo.environment
      .merging(["SWIFT_BACKTRACE": "enable=no"]) { $1 }
      .merging(environment) { $1 }
    process.executableURL = Self.program
    process.arguments = arguments
    if let kilobytes {
      process.runInShell("ulimit -f \(kilobytes); exec \"$@\"")
    }
    return process
  }

  /// A shell script, ready to run, in which `"$@"` is the program with its arguments.
  func shell(_ script: String, _ arguments: [String]) -> Process {
    let process = process(arguments)
    process.runInShell(script)
    return process
  }
}

extension Process {
  /// Makes this a shell script in which `"$@"` is what it was before.
  fileprivate func runInShell(_ script: String) {
    let program = executableURL.map { [$0.path] } ?? []
    arguments = ["-c", script, "bash"] + program + (arguments ?? [])
    executableURL = URL(fileURLWithPath: "/bin/bash")
  }

  /// Runs to the end; while the process runs, `body` may watch it.
  ///
  /// `waitUntilExit` runs a run loop on this thread, which can miss the end on Linux.
  func runAndWait(_ body: () -> Void = {}) throws {
    let end = DispatchSemaphore(value: 0)
    terminationHandler = { _ in end.signal() }
    try run()
    body()
    end.wait()
  }
}

/// Tests that run the program, one at a time.
@Suite(.serialized) enum CommandLineTests {}

/// Gives `body` the program in a directory of its own, which is removed afterwards.
func withTool(_ body: (CommandLineTool) throws -> Void) throws {
  let directory = FileManager.default.temporaryDirectory
    .appendingPathComponent("speedrun-tests-\(UUID().uuidString)", isDirectory: true)
  try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
  defer { try? FileManager.default.removeItem(at: directory) }
  try body(CommandLineTool(directory: directory))
}

extension CommandLineTool {
  /// A short run of the smallest track, changed a little, and so without a target.
  static let short = ["--track", "micro", "--steps", "4", "--set", "val_tokens=512", "--quiet"]

  /// What such a run needs by a recipe whose warm-up is longer.
  static let noWarmup = ["--set", "schedule.warmup_steps=0"]

  /// The files of a run.
  func lines(of path: String) throws -> [Substring] {
    let text = try String(
      contentsOf: directory.appendingPathComponent(path), encoding: .utf8)
    return text.split(separator: "\n")
  }

  /// The content of a file.
  func text(of path: String) throws -> String {
    try String(contentsOf: directory.appendingPathComponent(path), encoding: .utf8)
  }

  /// The events of a run's `log.jsonl`.
  func events(of run: String) throws -> [[String: Any]] {
    try lines(of: "\(run)/log.jsonl").map { line in
      try #require(try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any])
    }
  }

  /// The names of what is in a directory, sorted; empty without it.
  func contents(of path: String) -> [String] {
    let names = try? FileManager.default.contentsOfDirectory(
      atPath: directory.appendingPathComponent(path).path)
    return (names ?? []).filter { $0 != ".streams" }.sorted()
  }
}

/// Expects one line about an error, which says so much, and perhaps a hint.
func expectOneLine(
  _ run: CommandLineTool.Outcome, _ status: Int32, _ said: String,
  sourceLocation: SourceLocation = #_sourceLocation
) {
  let lines = run.messages.split(separator: "\n").filter { !$0.hasPrefix("warning:") }
  let errors = lines.filter { $0.hasPrefix("error: ") }
  #expect(run.status == status, "\(run.messages)", sourceLocation: sourceLocation)
  #expect(
    errors.count == 1 && errors[0].contains(said), "\(run.messages)",
    sourceLocation: sourceLocation)
}

extension CommandLineTool {
  /// Expects every file in a directory to be what its name says, from the first byte to the last.
  func expectWhole(_ path: String) throws {
    let directory = directory.appendingPathComponent(path)
    let names = try FileManager.default.subpathsOfDirectory(atPath: directory.path)
    for name in names where !name.hasPrefix(".streams") {
      let url = directory.appendingPathComponent(name)
      #expect(!url.lastPathComponent.hasPrefix("."), "\(name) is left over")
      guard let data = FileManager.default.contents(atPath: url.path) else { continue }
      let text = String(decoding: data, as: UTF8.self)
      switch url.pathExtension {
      case "json": _ = try JSONSerialization.jsonObject(with: data)
      case "jsonl":
        for line in text.split(separator: "\n") {
          _ = try JSONSerialization.jsonObject(with: Data(line.utf8))
        }
        #expect(text.isEmpty || text.hasSuffix("\n"), "\(name)")
      case "safetensors": _ = try Safetensors.read(contentsOf: url)
      case "bin": _ = try TokenShard(contentsOf: url)
      case "html": #expect(text.hasSuffix("</html>\n"), "\(name)")
      case "svg": #expect(text.hasSuffix("</svg>\n"), "\(name)")
      case "csv", "txt", "toml": #expect(text.isEmpty || text.hasSuffix("\n"), "\(name)")
      default: break
      }
    }
  }
}
