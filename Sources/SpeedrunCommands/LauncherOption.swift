import ArgumentParser
import Experiments
import Runs

/// `--launcher`, the same for every command that makes trials.
struct LauncherOption: ParsableArguments {
  @Option(
    name: .customLong("launcher"),
    help: ArgumentHelp(
      "Start every run by this, such as 'srun -n1 -c{threads}' or 'ssh host{slot}'.",
      valueName: "command"))
  var text: String?

  /// What starts the runs; nil for this process.
  func launcher() throws(UsageError) -> Launcher? {
    guard let text else { return nil }
    return try Launcher(text)
  }

  /// The option as it was given.
  var options: [String] { text.map { ["--launcher", $0] } ?? [] }
}
