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

      \(ExitStatus.help)
      """)

  @Option(help: "Where the records are.", completion: .directory)
  var records = ExperimentRecord.directory.relativePath

  @Flag(help: "Write nothing; fail if a file is not what the records give.")
  var check = false

  @OptionGroup var color: ColorOption

  func run() throws {
    let directory = URL(fileURLWithPath: records, isDirectory: true)
    guard directory.isDirectory else {
      throw DataError.missingInput(
        path: directory.relativePath, reason: "no such directory",
        hint: "`speedrun compare` and `speedrun sweep` write records with --out \(records)/NAME")
    }
    let published = PublishedFiles(in: directory.deletingLastPathComponent())
    let experiments = try FinishedExperiment.all(in: directory)
    let files = try published.expected(from: experiments)
    let console = Console.messages(color.mode)
    if check {
      if let problem = published.problem(with: files) { throw problem }
      console.print("\(Format.count(files.count, "file")) are what the records give")
      return
    }
    for path in try published.write(files) { console.print("wrote \(path)") }
    if let missing = Page(of: experiments).missingText { console.print(missing) }
  }
}
