import ArgumentParser
import Autograd
import Experiments
import Foundation
import NanoGPT
import Report
import Runs
import Text
import Verification

/// Checks records against their raw logs.
struct VerifyCommand: ColoredCommand {
  static let configuration = CommandConfiguration(
    commandName: "verify",
    abstract: "Check records: every log line, every checksum, every number that follows from them.",
    discussion: """
      \(Speedrun.name) verify
      \(Speedrun.name) verify results/records/kjv --rerun

      Without a directory, every record in results/records, and that leaderboard, report and figures are what \
      they give. The logs are read line by line, the result of \
      every run, the statistics and the record are made again, and compared with what is written. \
      Each mismatch is a line: where, what is there, what should be; any makes the exit status 65.

      --rerun trains the first run of every arm once more, and compares all its losses: they must be equal \
      where the same kernels compute them, and within \(LogComparison.tolerance) of the loss elsewhere.

      \(ExitStatus.help)
      """)

  @Argument(
    help: "Directories of records (default: all in results/records).", completion: .directory)
  var records: [String] = []

  @Flag(help: "Train the first run of every arm once more, and compare.")
  var rerun = false

  @Option(
    name: .customLong("run"),
    help: "With --rerun: train this run instead, such as muon-seed3; may be repeated.")
  var runNames: [String] = []

  @Option(
    help: "Write the files of a record to this directory, the logs of its runs one by one.",
    completion: .directory)
  var unpack: String?

  @OptionGroup var threads: ThreadsOption

  @Flag(help: "Print what was found as JSON.")
  var json = false

  @Flag(help: "No progress.")
  var quiet = false

  @OptionGroup var color: ColorOption

  func validate() throws {
    if unpack != nil, records.count != 1 {
      throw ValidationError("--unpack: name one record")
    }
    if !runNames.isEmpty, !rerun { throw ValidationError("--run goes with --rerun") }
  }

  func run() throws {
    var verified: [VerifiedRecord] = []
    var rerunNames: Set<String> = []
    for directory in try directories() {
      let verification = Verifier(of: directory, reading: Self.askedFor)
      if let unpack {
        try verification.unpack(into: URL(fileURLWithPath: unpack, isDirectory: true))
      }
      var result = VerifiedRecord(verification)
      // What contradicts itself needs no second run to be wrong.
      if rerun, verification.findings.isEmpty, let record = verification.record {
        let rerun = try Rerun(of: record, verification.runs, named: runNames)
        rerunNames.formUnion(rerun.runs.map(\.name))
        guard let outcome = try rerun.run(threads: threads.count, say: say) else {
          throw ExitCode(ExitStatus.interrupted.rawValue)
        }
        result.add(outcome.successes, outcome.findings)
      }
      if !json { for line in result.lines { try Console.output(color.mode).printResult(line) } }
      verified.append(result)
    }
    if json { try Console.output(color.mode).printResult(try JSON.document(verified)) }
    try check(verified)
    if records.isEmpty { try checkReport() }
    if let name = runNames.first(where: { !rerunNames.contains($0) }) {
      throw UsageError("--run \(name): no record has such a run")
    }
  }

  /// The records to verify.
  private func directories() throws(DataError) -> [URL] {
    guard !records.isEmpty else {
      let committed = try ExperimentRecord.committed()
      if committed.isEmpty { say("no records in \(ExperimentRecord.directory.relativePath)") }
      return committed
    }
    let urls = records.map { URL(fileURLWithPath: $0, isDirectory: true) }
    for url in urls where !url.isDirectory {
      throw .missingInput(
        path: url.relativePath, reason: "no such directory",
        hint: "name the directory of a record, such as one in results/records")
    }
    return urls
  }

  /// Throws if anything is wrong.
  private func check(_ verified: [VerifiedRecord]) throws(DataError) {
    let wrong = verified.filter { !$0.mismatches.isEmpty }
    guard let first = wrong.first else { return }
    throw .badData(
      path: first.path,
      reason: wrong.count == 1
        ? "not what it should be" : "and \(wrong.count - 1) more are not what they should be",
      hint: "take the files back from where they came, or make the runs again")
  }

  /// Throws unless leaderboard, page and figures are what the records give, if there are records.
  private func checkReport() throws {
    let records = ExperimentRecord.directory
    let published = PublishedFiles(in: records.deletingLastPathComponent())
    guard try !ExperimentRecord.committed().isEmpty else { return }
    let files = try published.expected(from: try FinishedExperiment.all(in: records))
    if let problem = published.problem(with: files) { throw problem }
    if !json {
      try Console.output(color.mode).printResult(
        "the report: \(Format.count(files.count, "file")) as the records give them")
    }
  }

  /// Reads the command of a record again: of a comparison what it asks for, of a sweep whether it is one.
  private static func askedFor(_ record: ExperimentRecord) throws -> AskedFor? {
    let words = CommandText.words(of: record.command)
    let name = record.kind == .comparison ? "compare" : "sweep"
    guard words.prefix(2) == ["speedrun", name] else {
      throw UsageError("command is no `speedrun \(name)`: \(record.command)")
    }
    let arguments = Array(words.dropFirst(2))
    do {
      guard record.kind == .sweep else {
        return try CompareCommand.parse(arguments).askedFor(in: record)
      }
      _ = try SweepCommand.parse(arguments)
      return nil
    } catch {
      throw UsageError(
        "command cannot be read: "
          + ((error as? UsageError)?.message ?? CompareCommand.message(for: error)))
    }
  }

  private func say(_ message: String) {
    if !quiet { Console.messages(color.mode).print(message) }
  }
}
