import ArgumentParser
import Autograd
import Muon
import NanoGPT
import Runs
import Text

/// Times training steps on random tokens, part by part.
struct BenchmarkCommand: ColoredCommand {
  static let configuration = CommandConfiguration(
    commandName: "benchmark",
    abstract: "Time training steps by part, and compare with the machine's matrix products.",
    discussion: """
      Floating-point operations of a step, counted as tokens x (6 x elements of block matrices and \
      head + 6 x layers x context x width): two for a product's multiplication and addition, three \
      times for forward and the two backward products, attention below the diagonal only. The \
      optimizer's are not in it; those of Newton-Schulz are counted in the form it is done in. The peak \
      is that of matrix products of 512 x 512 in the model's precision, one per thread, all threads \
      at once, before and after the timed steps; in float32, OpenBLAS's if they are faster.

      Every timed step is followed by one with a clock in it, which says where the time goes: the \
      times of all threads, divided by their number.

      \(ExitStatus.help)
      """)

  @OptionGroup var optimizer: OptimizerOption

  @Option(parsing: .unconditional, help: "Timed steps.")
  var steps = 10

  @OptionGroup var precision: PrecisionOption

  @Option(help: "Arithmetic of Muon's orthogonalization.")
  var newtonSchulzPrecision = Precision.float32

  @OptionGroup var threads: ThreadsOption

  @Option(
    name: .customLong("configuration"),
    help: ArgumentHelp(
      "Other extents: key=value,..., of \(BenchmarkConfiguration.keys.joined(separator: ", ")).",
      discussion: "Default: \(BenchmarkConfiguration(threads: 1).text)"))
  var extents: String?

  @Flag(help: "Print JSON instead of tables.")
  var json = false

  @OptionGroup var color: ColorOption

  func validate() throws {
    try check(steps, of: "--steps", in: 1...1 << 16)
    if newtonSchulzPrecision != .float32, optimizer.name != "muon" {
      throw ValidationError("--newton-schulz-precision is for --optimizer muon only")
    }
  }

  func run() throws {
    var configuration = BenchmarkConfiguration(threads: threads.count)
    configuration.optimizer = try optimizer.checked()
    configuration.precision = try precision.checked()
    configuration.newtonSchulzPrecision = try newtonSchulzPrecision.checked(
      for: "--newton-schulz-precision")
    if let extents { try configuration.apply(extents) }
    Console.messages(color.mode).print(
      "2 x \(steps) steps of \(configuration.batch) x \(configuration.model.context) tokens, "
        + "\(Format.count(configuration.threads, "thread")) ...")
    let result = try BenchmarkResult(configuration, steps: steps)
    let output = Console.output(color.mode)
    if json {
      try output.printResult(try JSON.document(result, inSnakeCase: true))
    } else {
      result.print(to: output)
    }
  }
}
