import ArgumentParser
import Experiments
import Muon
import NanoGPT
import Runs

/// An error as a person and a shell see it.
struct Failure {
  let status: ExitStatus
  let message: String
  var hint: String?

  /// Explains any error that a command may throw.
  init(_ error: any Error) {
    switch error {
    case let error as UsageError:
      (status, message, hint) = (.usage, error.message, error.hint)
    case let error as DataError:
      status =
        switch error {
        case .missingInput: .missingInput
        case .badData: .badData
        case .cannotWrite: .cannotWrite
        }
      message = error.description
    case let error as TrialFailure:
      (status, message, hint) = (error.status, error.message, error.hint)
    case let error as OptimizerError:
      (status, message) = (.usage, error.description)
    case _ where Speedrun.exitCode(for: error) == .validationFailure:
      (status, message) = (.usage, Speedrun.message(for: error))
      hint = "`speedrun --help` and `speedrun run --help` list everything"
    default:
      (status, message) = (.internalError, "internal error: \(error)")
      hint = "this is a mistake in the program: please report it with the command you ran"
    }
  }
}
