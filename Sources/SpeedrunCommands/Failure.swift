import ArgumentParser
import Autograd
import Experiments
import MessagePassing
import Muon
import NanoGPT
import Runs
import Text

/// An error as a person and a shell see it.
struct Failure {
  let status: ExitStatus
  var message: String
  var hint: String?

  /// Something that was found out before any command.
  init(_ status: ExitStatus, _ message: String, hint: String) {
    (self.status, self.message) = (status, message.inOneLine)
    self.hint = Speedrun.named(hint).inOneLine
  }

  /// Explains any error that a command may throw.
  init(_ error: any Error) {
    let message: String
    switch error {
    case let error as UsageError:
      (status, message, hint) = (.usage, error.message, error.hint)
    case let error as LaunchError:
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
    case .unknown(let name) as KernelsError:
      (status, message) = (.usage, "no kernels are called '\(name)'")
      hint = Suggestion.text(for: name, among: ProductKernels.allCases.map(\.name))
    case .unsupported(let kernels) as KernelsError:
      (status, message) = (.machine, "this processor has no \(kernels.name) kernels")
      let others = ProductKernels.allCases.filter(\.isSupported).map(\.name)
      hint = "it has \(others.joined(separator: ", "))"
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
    self.message = message.inOneLine
    hint = hint.map { Speedrun.named($0).inOneLine }
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

extension Console {
  /// Writes what went wrong, and what to do.
  func report(_ failure: Failure) {
    print(paint("error:", .red) + " " + failure.message)
    if let hint = failure.hint { self.hint(hint) }
  }
}

extension String {
  /// This with line ends and other control characters, which names may have, written as in a Swift literal.
  fileprivate var inOneLine: String {
    unicodeScalars.map { scalar in
      scalar.properties.generalCategory == .control ? scalar.escaped(asASCII: true) : String(scalar)
    }.joined()
  }
}
