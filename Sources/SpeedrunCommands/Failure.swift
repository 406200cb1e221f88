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
      message = Speedrun.named(error.description)
    case let error as TrialFailure:
      (status, message, hint) = (error.status, error.message, error.hint)
    case let error as OptimizerError:
      (status, message) = (.usage, error.description)
    case _ where RootCommand.exitCode(for: error) == .validationFailure:
      (status, message) = (.usage, RootCommand.message(for: error))
      let words = message.split(separator: "'")
      hint =
        Self.replaced.first { option, _ in words.contains(option[...]) }?.instead
        ?? "`speedrun --help` and `speedrun run --help` list everything"
    default:
      (status, message) = (.internalError, "internal error: \(error)")
      hint = "this is a mistake in the program: please report it with the command you ran"
    }
    hint = hint.map(Speedrun.named)
  }

  /// Options that are gone, and what does the same.
  private static let replaced: [(option: String, instead: String)] = [
    ("--scale", "--set muon.scale=rms does it"),
    ("--newton-schulz", "--set muon.newton_schulz=polar-express does it"),
    ("--newton-schulz-precision", "--set muon.newton_schulz_precision=bf16 does it"),
    ("--scaling", "./Scripts/scaling prints that table"),
    ("--compare", "./Scripts/compare-benchmarks compares the output of two benchmarks with --json"),
  ]
}
