import ArgumentParser
import Experiments
import Foundation
import NanoGPT
import Report
import Runs
import Text

/// Writes the leaderboard, the report and its figures from recorded experiments.
struct ReportCommand: ColoredCommand {
  static let configuration = CommandConfiguration(
    commandName: "report",
    abstract: "Write leaderboard, report and figures from the recorded experiments.",
    discussion: """
      Reads every record in a directory and writes, beside that directory, the marked sections of \
      README.md, report.html, and figures/*.svg; and in README.md of the directory above the section \
      `verdict`, where it has one. Nothing but records goes in: equal records give equal \
      bytes. What there is no record of yet is named and left out; a figure that no record gives any \
      more is removed.

      \(Speedrun.name) report results/comparisons/mine --out mine

      With --out, a page about any records and its figures go to that directory, and nothing else changes.

      \(ExitStatus.help)
      """)

  @Argument(
    help: "With --out: the directories of the records (default: all in --records).",
    completion: .directory)
  var directories: [String] = []

  @Option(help: "Write a page and its figures to this directory.", completion: .directory)
  var out: String?

  @Option(help: "Where the records are.", completion: .directory)
  var records = ExperimentRecord.directory.relativePath

  @Flag(help: "Write nothing; fail if a file is not what the records give.")
  var check = false

  @OptionGroup var color: ColorOption

  func validate() throws {
    if !directories.isEmpty, out == nil {
      throw ValidationError("report \(directories[0]): say where to write with --out DIR")
    }
  }

  func run() throws {
    let (published, experiments) = try out.map(separate) ?? project()
    let files = try published.expected(from: experiments)
    let console = Console.messages(color.mode)
    if check {
      if let problem = published.problem(with: files) { throw problem }
      console.print("\(Format.count(files.count, "file")) are what the records give")
      return
    }
    for path in try published.write(files) { console.print("wrote \(path)") }
    if out == nil, let missing = Page(of: experiments).missingText { console.print(missing) }
  }

  private typealias Report = (PublishedFiles, [FinishedExperiment])

  /// The report of all records in a directory, beside it.
  private func project() throws -> Report {
    let directory = try recordsDirectory
    return (
      PublishedFiles(in: directory.deletingLastPathComponent()),
      try FinishedExperiment.all(in: directory)
    )
  }

  /// A page about any records, in a directory of its own.
  private func separate(out: String) throws -> Report {
    let page = URL(fileURLWithPath: out, isDirectory: true)
    let records =
      directories.isEmpty
      ? try ExperimentRecord.committed(in: try recordsDirectory)
      : directories.map { URL(fileURLWithPath: $0, isDirectory: true) }
    let names = records.map(\.lastPathComponent)
    if let name = Set(names).first(where: { name in names.count { $0 == name } > 1 }) {
      throw UsageError(
        "two of the records are called \(name), and so would be their figures",
        hint: "write a page for each of them")
    }
    return (
      PublishedFiles(sharing: page), try FinishedExperiment.all(of: records, pageIn: page)
    )
  }

  private var recordsDirectory: URL {
    get throws(DataError) {
      let directory = URL(fileURLWithPath: records, isDirectory: true)
      guard directory.isDirectory else {
        throw .missingInput(
          path: directory.relativePath, reason: "no such directory",
          hint: "`speedrun compare` and `speedrun sweep` write records with --out \(records)/NAME")
      }
      return directory
    }
  }
}
