import ArgumentParser
import Muon
import NanoGPT

/// Every way this program ends, by the number a shell sees.
package enum ExitStatus: Int32, Sendable {
  /// Done; of a run, the target was reached or there is none.
  case success = 0
  /// The run finished without reaching its target.
  case missed = 3
  /// The loss stopped being a number.
  case diverged = 4
  /// A flag, key or value is wrong.
  case usage = 64
  /// An input is not what it should be.
  case badData = 65
  /// An input is not there.
  case missingInput = 66
  /// An output cannot be written.
  case cannotWrite = 74
  /// Control-C.
  case interrupted = 130

  static let help = """
    EXIT STATUS: 0 done, target reached; 3 finished without reaching the target; 4 diverged; \
    64 wrong usage; 65 bad data; 66 missing input; 74 cannot write; 130 interrupted.
    """
}

/// A flag, key or value that is wrong: what, and what to do instead.
package struct UsageError: Error, Equatable {
  package let message: String
  package let hint: String?

  package init(_ message: String, hint: String? = nil) {
    self.message = message
    self.hint = hint
  }
}

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
    case let error as OptimizerError:
      (status, message) = (.usage, error.description)
    default:
      (status, message) = (.usage, Speedrun.message(for: error))
      hint = "`speedrun --help` and `speedrun run --help` list everything"
    }
  }
}
