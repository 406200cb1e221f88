import ArgumentParser
import Autograd
import Experiments
import Foundation
import Machine
import MessagePassing
import Muon
import Runs
import Text

/// The program: all of it, so that somebody's own executable can be the same with more rules, models and corpora.
public enum Speedrun {
  /// What the user calls this program: the name of its file.
  static let name = URL(fileURLWithPath: CommandLine.arguments[0]).lastPathComponent

  /// What the user typed to start it, as commands to type next begin with it; a script that starts it says its own.
  static let command = CommandText.text(
    [], as: ProcessInfo.processInfo.environment["SPEEDRUN_COMMAND"] ?? CommandLine.arguments[0])

  /// The text with this program's command: who knows what to type next does not know what the program is called.
  static func named(_ text: String) -> String { text.replacing("`speedrun ", with: "`\(command) ") }

  /// Does what the command line says, and ends the process.
  ///
  /// Every command knows what was added, as do the runs that `compare` and `sweep` start: they are this executable.
  ///
  /// - Parameter extensions: What this program knows besides what comes with the package.
  public static func main(adding extensions: Extension...) -> Never {
    CurrentProcess.markStart()
    // A file that grows too large, or a reader that is gone, is no reason to stop training.
    Signals.reportFailedWrites()
    Signals.explainLostFiles(ExitStatus.badData.rawValue)
    StandardStream.occupyClosedStreams()
    var registry = Registry.builtIn
    // A rule may have a recipe for the track of a corpus.
    let additions = extensions.filter(\.addsTrack) + extensions.filter { !$0.addsTrack }
    for addition in additions { addition.add(&registry) }
    let status = registry.whileCurrent { run(Array(CommandLine.arguments.dropFirst())) }
    Ranks.joined?.end()
    CurrentProcess.end(status)
  }

  /// Runs a command, and returns the exit status of the process.
  private static func run(_ arguments: [String]) -> Int32 {
    var color = ColorMode.auto
    func report(_ failure: Failure) -> Int32 {
      endRanks(after: failure, on: .messages(color))
      return failure.status.rawValue
    }
    if let (reason, hint) = ProcessLimits.problem {
      return report(Failure(.machine, reason, hint: hint))
    }
    if let (reason, hint) = NamesInUTF8.problem {
      return report(Failure(.usage, reason, hint: hint))
    }
    do {
      var status: Int32 = 0
      do {
        try RootCommand.rejectUnknownCommand(in: arguments)
        var command = try RootCommand.parseAsRoot(arguments)
        color = (command as? any ColoredCommand)?.color.mode ?? .auto
        try ProductKernels.choose((command as? any KernelsCommand)?.kernels.name)
        if let problem = Launch.problem(with: command) { throw problem }
        try command.run()
      } catch let code as ExitCode {
        status = code.rawValue
      } catch let error where RootCommand.exitCode(for: error) == .success {
        if isFirst { Console.output(color).print(RootCommand.fullMessage(for: error)) }
      }
      try Console.checkOutput()
      return status
    } catch {
      return report(Failure(error))
    }
  }
}

// Several processes that were started together say everything once.
extension Speedrun {
  /// Whether this is the first of the processes started together, or the only one.
  private static var isFirst: Bool { Launch.current.map { $0.rank == 0 } ?? true }

  /// Says what went wrong, and ends all ranks that have met.
  ///
  /// What happened before they met happened to all, and is for the first to say. Later any rank may be the only one to
  /// fail; should the first fail too, it ends the others while they wait.
  private static func endRanks(after failure: Failure, on console: Console) {
    if isFirst {
      console.report(failure)
    } else if let ranks = Ranks.joined {
      if ranks.isToldOfEnd(within: .milliseconds(500)) { return }
      var failure = failure
      let place = "rank \(ranks.rank) of \(ranks.count) on \(ranks.members[ranks.rank].host)"
      failure.message = "\(place): \(failure.message)"
      console.report(failure)
    }
    Ranks.joined?.abort(failure.status.rawValue)
  }
}

/// What the command line is made of: `speedrun` alone means `speedrun run`.
struct RootCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: Speedrun.name,
    abstract: "Train a tiny GPT on the CPU until its validation loss reaches a target.",
    discussion: """
      \(Speedrun.name) --optimizer muon      how many steps, how many seconds?
      \(Speedrun.name) --optimizer adamw     the same with AdamW on every matrix

      `\(Speedrun.name)` alone means `\(Speedrun.name) run`: see `\(Speedrun.name) run --help`. Results go to standard \
      output, progress and messages to standard error.

      \(ExitStatus.help)
      """,
    // Asking git takes time, which only this option is worth.
    version: CommandLine.arguments.contains("--version") ? ProgramVersion.text : Speedrun.name,
    subcommands: [
      RunCommand.self, SweepCommand.self, CompareCommand.self, ReportCommand.self,
      VerifyCommand.self, PrepareCommand.self, SampleCommand.self, BenchmarkCommand.self,
      PlanCommand.self, DoctorCommand.self, EvaluateCommand.self, ExportCommand.self,
      TrialCommand.self,
    ],
    defaultSubcommand: RunCommand.self)

  /// Throws if the first word looks like a command but is none.
  ///
  /// With a default command the parser would call it an unexpected argument of that.
  static func rejectUnknownCommand(in arguments: [String]) throws(UsageError) {
    func names(_ commands: [any ParsableCommand.Type]) -> [String] {
      commands.compactMap { $0.configuration.commandName } + ["help"]
    }
    let commands = configuration.subcommands
    guard let word = arguments.first, !word.hasPrefix("-"), !names(commands).contains(word) else {
      return
    }
    throw UsageError(
      no: "command", called: word, among: names(commands.filter { $0.configuration.shouldDisplay }))
  }
}
