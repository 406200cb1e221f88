import ArgumentParser
import Autograd
import Foundation
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

  @OptionGroup var optimizerOption: OptimizerOption

  @Option(parsing: .unconditional, help: "Timed steps (default: 10).")
  var steps: Int?

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

  @Option(
    help: "Print ratios against an earlier benchmark's JSON.",
    completion: .file(extensions: ["json"])
  )
  var compare: String?

  @Flag(help: "Print JSON instead of tables.")
  var json = false

  @Flag(
    help: "Measure a grid of widths and batches instead, and print it as a Markdown table.")
  var scaling = false

  @Option(
    help: "Write the Markdown table into this document, between its markers.",
    completion: .file(extensions: ["md"]))
  var update: String?

  @OptionGroup var color: ColorOption

  private var optimizer: String { optimizerOption.name }

  func validate() throws {
    if let steps, !(1...1 << 16).contains(steps) {
      throw ValidationError("--steps \(steps): it must be in 1...\(1 << 16)")
    }
    if let problem = newtonSchulzPrecision.problem {
      throw ValidationError("--newton-schulz-precision: \(problem); use float32")
    }
    if newtonSchulzPrecision != .float32, optimizer != "muon" {
      throw ValidationError("--newton-schulz-precision is for --optimizer muon only")
    }
    if scaling, extents != nil || compare != nil || json || steps != nil {
      throw ValidationError("--scaling excludes --configuration, --compare, --json and --steps")
    }
    if update != nil, !scaling { throw ValidationError("--update goes with --scaling only") }
  }

  func run() throws {
    var configuration = BenchmarkConfiguration(threads: threads.count)
    configuration.optimizer = optimizer
    configuration.precision = try precision.checked()
    configuration.newtonSchulzPrecision = newtonSchulzPrecision
    if let extents { try configuration.apply(extents) }
    let messages = Console.messages(color.mode)
    if scaling {
      try measureScaling(configuration, messages)
    } else {
      try measure(configuration, messages)
    }
  }

  private func measure(_ configuration: BenchmarkConfiguration, _ messages: Console) throws {
    let earlier = try compare.map { file in
      let report = try BenchmarkReport(contentsOf: URL(fileURLWithPath: file))
      try BenchmarkComparison.check(report.configuration, from: file, against: configuration)
      return (report: report, file: file)
    }
    let steps = steps ?? 10
    messages.print(
      "2 x \(steps) steps of \(configuration.batch) x \(configuration.model.context) tokens, "
        + "\(Format.count(configuration.threads, "thread")) ...")
    var report = try BenchmarkReport(configuration, steps: steps)
    report.comparison = earlier.map {
      BenchmarkComparison(of: report, with: $0.report, file: $0.file)
    }
    if json {
      try Console.output(color.mode).printResult(try JSON.document(report))
    } else {
      report.print(to: .output(color.mode))
    }
  }

  private func measureScaling(_ reference: BenchmarkConfiguration, _ messages: Console) throws {
    let section = update.map { MarkedSection("scaling", of: URL(fileURLWithPath: $0)) }
    try section?.check()
    let table = try ScalingTable(reference) { messages.print($0) }
    let caption =
      "\(reference.optimizer), \(reference.precision.rawValue), "
      + Environment(threads: reference.threads).cpu
    let text = "\(caption):\n\n\(table.markdown)"
    if let section {
      try section.replace(with: text)
    } else {
      try Console.output(color.mode).printResult(text)
    }
  }
}
