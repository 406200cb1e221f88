import ArgumentParser
import Autograd
import Muon
import NanoGPT

/// Times training steps on random tokens, part by part.
struct BenchmarkCommand: ColoredCommand {
  static let configuration = CommandConfiguration(
    commandName: "benchmark",
    abstract: "Time training steps by part, and compare with the machine's matrix products.",
    discussion: """
      Floating-point operations of a step, counted as tokens x (6 x elements of block matrices and \
      head + 6 x layers x context x width): two for a product's multiplication and addition, three \
      times for forward and the two backward products, attention below the diagonal only. The \
      optimizer's are not in it. The peak is that of float32 matrix products of 512 x 512, one per \
      thread, all threads at once.

      \(ExitStatus.help)
      """)

  @Option(help: "What updates the matrices inside the blocks.")
  var optimizer = Contestant.muon

  @Option(parsing: .unconditional, help: "Timed steps.")
  var steps = 10

  @OptionGroup var threads: ThreadsOption

  @Option(parsing: .unconditional, help: "Tokens in the vocabulary.")
  var vocabulary = 2048

  @Option(parsing: .unconditional, help: "Width of the model.")
  var modelDim = 256

  @Option(parsing: .unconditional, help: "Blocks.")
  var layers = 4

  @Option(parsing: .unconditional, help: "Attention heads.")
  var heads = 4

  @Option(parsing: .unconditional, help: "Tokens in a sequence.")
  var context = 256

  @Option(parsing: .unconditional, help: "Sequences in a batch.")
  var batch = 16

  @Option(parsing: .unconditional, help: "Shares the batch is split into.")
  var lanes = 4

  @Flag(help: "Print JSON instead of a table.")
  var json = false

  @OptionGroup var color: ColorOption

  private var model: GPTConfiguration {
    GPTConfiguration(
      vocabularySize: vocabulary, modelDimension: modelDim, heads: heads, layers: layers,
      context: context)
  }

  func validate() throws {
    let counts = [("steps", steps), ("batch", batch), ("lanes", lanes)]
    for (name, value) in counts where !(1...1 << 16).contains(value) {
      throw ValidationError("--\(name) \(value): it must be in 1...\(1 << 16)")
    }
    if let problem = model.problem { throw ValidationError(problem) }
  }

  func run() throws {
    let messages = Console.messages(color.mode)
    messages.print("\(steps) steps of \(batch) x \(context) tokens, \(threads.count) threads ...")
    let times = try StepTimes(
      model, optimizer: optimizer, batch: batch, lanes: lanes, steps: steps,
      workers: Workers(count: threads.count))
    let report = BenchmarkReport(
      times, model: model, optimizer: optimizer, tokens: batch * context,
      peak: MatrixPeak.measure(threads: threads.count), threads: threads.count)
    if json {
      try Console.output(color.mode).printResult(try JSON.document(report))
    } else {
      report.print(to: .output(color.mode))
    }
  }
}
