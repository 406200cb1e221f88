import ArgumentParser
import Autograd
import NanoGPT
import Runs
import Text

/// Times training steps on random tokens, part by part.
struct BenchmarkCommand: ColoredCommand, KernelsCommand {
  static let configuration = CommandConfiguration(
    commandName: "benchmark",
    abstract: "Time training steps by part, and compare with the machine's matrix products.",
    discussion: """
      Floating-point operations of a step, counted as tokens x (6 x elements of block matrices and \
      head, of experts those that a token takes, + 6 x layers x context x width): two for a product's multiplication and addition, three \
      times for forward and the two backward products, attention below the diagonal only. The \
      optimizer's are not in it; those of Newton-Schulz are counted in the form it is done in. The peak \
      is that of matrix products of 512 x 512 in the model's precision, one per thread, all threads \
      at once, before and after the timed steps; in float32, OpenBLAS's if they are faster and --kernels \
      does not choose.

      Every timed step is followed by one with a clock in it, which says where the time goes: the \
      times of all threads, divided by their number.

      \(ExitStatus.help)
      """)

  @OptionGroup var optimizer: OptimizerOption

  @Option(parsing: .unconditional, help: "Timed steps.")
  var steps = 10

  @OptionGroup var precision: PrecisionOption

  @OptionGroup var kernels: KernelsOption

  @Option(help: "Arithmetic of Muon's orthogonalization.")
  var newtonSchulzPrecision = Precision.float32

  @OptionGroup var threads: ThreadsOption

  @Option(
    name: .customLong("configuration"),
    help: ArgumentHelp(
      "Other extents: key=value,..., of \(extents.joined(separator: ", ")).",
      discussion: "Default: vocabulary=2048, and all else as in the track kjv."))
  var changes: String?

  @Flag(help: "Print JSON instead of tables.")
  var json = false

  @OptionGroup var color: ColorOption

  /// What `--configuration` changes: keys of the track, and of its model without their table.
  private static let extents = ["vocabulary", "batch", "lanes"] + modelExtents
  private static let modelExtents = [
    "model_dim", "heads", "layers", "context", "experts", "experts_active", "expert_width",
  ]

  func validate() throws {
    try check(steps, of: "--steps", in: 1...1 << 16)
    if newtonSchulzPrecision != .float32, optimizer.name != "muon" {
      throw ValidationError("--newton-schulz-precision is for --optimizer muon only")
    }
  }

  func run() throws {
    var definition = try Registry.current.track(named: "kjv")
    definition.track.vocabulary = 2048
    // Times do not depend on hyperparameters: a rule may have its recipe for another track.
    let name = try optimizer.checked()
    if definition.recipes[name] == nil {
      definition.recipes[name] = Registry.current.tracks.lazy.compactMap { $0.recipes[name] }.first
    }
    var settings = try settings()
    if newtonSchulzPrecision != .float32 {
      let precision = try newtonSchulzPrecision.checked(for: "--newton-schulz-precision")
      settings.append(Setting(key: "muon.newton_schulz_precision", value: precision.rawValue))
    }
    let plan = try RunPlan(
      definition, name, settings: settings, seed: 0,
      precision: try precision.checked())
    Console.messages(color.mode).print(
      "2 x \(steps) steps of \(plan.track.batch) x \(plan.track.model.context) tokens, "
        + "\(Format.count(threads.count, "thread")) ...")
    let result = try BenchmarkResult(plan, steps: steps, threads: threads.count)
    let output = Console.output(color.mode)
    if json {
      try output.printResult(try JSON.document(result, inSnakeCase: true))
    } else {
      result.print(to: output)
    }
  }

  /// What the list `--configuration` changes about the track.
  private func settings() throws(UsageError) -> [Setting] {
    var settings: [Setting] = []
    for part in changes?.split(separator: ",", omittingEmptySubsequences: false) ?? [] {
      let words = part.split(separator: "=", maxSplits: 1).map(String.init)
      guard words.count == 2 else {
        throw UsageError(
          "--configuration: '\(part)' is not of the form key=value",
          hint: "for example --configuration model_dim=512,heads=8,batch=64")
      }
      guard Self.extents.contains(words[0]) else {
        throw UsageError(
          "--configuration \(part): no such key",
          hint: Suggestion.text(for: words[0], among: Self.extents))
      }
      guard Int(words[1]) != nil else {
        throw UsageError("--configuration \(part): not a whole number")
      }
      let table = Self.modelExtents.contains(words[0]) ? "model." : ""
      settings.append(Setting(key: table + words[0], value: words[1]))
    }
    return settings
  }
}
