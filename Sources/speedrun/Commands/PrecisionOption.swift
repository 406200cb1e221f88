import ArgumentParser
import Autograd
import Runs

/// `--precision`, the same for every command that computes.
struct PrecisionOption: ParsableArguments {
  @Option(
    name: .customLong("precision"),
    help: "Arithmetic of the matrix products; bf16 needs a processor with AVX512-BF16.")
  var value = Precision.float32

  /// What was asked for, if this processor has it.
  func checked() throws(UsageError) -> Precision {
    if let problem = value.problem {
      throw UsageError("--precision \(value.rawValue): \(problem); use --precision float32")
    }
    return value
  }
}

extension Precision: ExpressibleByArgument {}
