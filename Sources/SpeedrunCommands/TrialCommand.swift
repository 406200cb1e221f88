import ArgumentParser
import Autograd
import Experiments
import Foundation
import Machine
import MessagePassing
import Runs
import Text

/// Makes one run of a sweep or a comparison, which has had a launcher start this process.
///
/// What to run comes in a line of standard input; see `TrialRequest`. Should more come, or the input end, the run ends
/// as by Control-C.
struct TrialCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "trial", abstract: "Make a run that sweep or compare asks for by --launcher.",
    shouldDisplay: false)

  @Argument(help: "A name for it in lists of processes.")
  var name: String?

  func run() throws {
    let request = try Self.request()
    try request.enterDirectory()
    do {
      try ProductKernels.choose(request.kernels)
    } catch {
      throw TrialRequest.refusal(Failure(error).message)
    }
    let command = try RunCommand.parse(Array(request.arguments.dropFirst()))
    let start = try command.start(saying: { _ in })
    try request.check(RunRecord.DataFiles(start.data, corpus: start.plan.track.corpus))
    try StandardStream.output.write(Array("\(TrialRequest.greeting)\n".utf8))
    Lifeline.listen()
    try command.run(start, .alone, .messages(.never))
  }

  private static func request() throws(UsageError) -> TrialRequest {
    // A launcher in a batch job starts as many processes as the job has tasks, unless it is told otherwise.
    let environment = ProcessInfo.processInfo.environment
    if let count = environment["SLURM_STEP_NUM_TASKS"].flatMap({ Int($0) }), count > 1 {
      throw UsageError(
        "srun has started \(count) processes for one trial", hint: "--launcher 'srun -n1 ...'")
    }
    guard let line = Lifeline.line() else {
      throw UsageError(
        "there is no request on standard input",
        hint: "`speedrun sweep` starts this; its launcher has to pass standard input on")
    }
    do {
      return try JSON.decoded(TrialRequest.self, from: line)
    } catch {
      throw UsageError(
        "the request on standard input is not one\(JSON.place(of: error))",
        hint: "give all machines the same program, and give the same command again")
    }
  }
}
