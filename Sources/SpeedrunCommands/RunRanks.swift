import ArgumentParser
import Autograd
import Experiments
import Foundation
import Machine
import MessagePassing
import Runs

// A run of several ranks: the first one is as a process alone, and the others help it.

extension RunCommand {
  /// Trains with the first rank to the end of the run, and exits as it does.
  func assist(_ ranks: Ranks) throws -> Never {
    let invitation = try RunInvitation(from: ranks)
    let request = invitation.request
    let plan = try request.plan()
    _ = try plan.precision.checked(for: "--precision")
    let source = TrackSource(
      request.definition, options: request.options,
      dataDirectory: URL(
        fileURLWithPath: track.data.path ?? request.dataDirectory, isDirectory: true))
    let data = try source.data(for: plan.track) { _ in }
    try invitation.check(RunRecord.DataFiles(data, corpus: plan.track.corpus))
    var training = try TrainingRun(
      plan, on: data, threads: threads.usable(among: ranks), among: ranks,
      from: invitation.checkpoint)
    _ = training.rankGroup()
    Interruption.listen()
    watch(ranks, directory: invitation.directory)
    let log = try training.assist(invitation)
    throw ExitCode(log.outcome.status.rawValue)
  }

  /// Ends this process, with a line that says why, should another rank on this machine be gone.
  ///
  /// - Parameters:
  ///   - ranks: All ranks.
  ///   - directory: Where to go on.
  func watch(_ ranks: Ranks, directory: String) {
    let mode = color.mode
    ranks.watch { rank, member in
      let console = Console.messages(mode)
      // Progress may stand on this line.
      if console.isTerminal { console.print() }
      console.report(
        Failure(
          .interrupted,
          "rank \(rank) of \(ranks.count) is gone, process \(member.process) on \(member.host): the run cannot go on",
          hint: "go on from its checkpoint with `speedrun run --resume \(directory)`"))
      CurrentProcess.end(ExitStatus.interrupted.rawValue)
    }
  }
}

extension Launch {
  /// Why processes that were started together cannot run a command; nil when they can.
  static func problem(with command: any ParsableCommand) -> (any Error)? {
    // Help has no colors, and helps anybody.
    guard let launch = current, command is any ColoredCommand else { return nil }
    guard isSupported else { return LaunchError.unsupported(launch) }
    guard !(command is RunCommand) else { return nil }
    let name = type(of: command).configuration.commandName ?? ""
    return UsageError(
      "\(launch.count) processes were started together, and only `run` shares out its work",
      hint: "start `speedrun \(name)` without mpirun")
  }
}
