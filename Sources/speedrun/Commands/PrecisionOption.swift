import ArgumentParser
import Autograd

/// `--precision`, the same for every command that computes.
struct PrecisionOption: ParsableArguments {
  @Option(
    name: .customLong("precision"),
    help: "Arithmetic of the matrix products; bf16 needs a processor with AVX512-BF16.")
  var value = Precision.float32

  func validate() throws {
    if let problem = value.problem {
      throw ValidationError("--precision \(value.rawValue): \(problem); use --precision float32")
    }
  }
}

extension Precision: ExpressibleByArgument {}
