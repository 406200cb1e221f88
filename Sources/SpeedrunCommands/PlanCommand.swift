import ArgumentParser
import Autograd
import Experiments
import Machine
import NanoGPT
import Runs
import Text

/// Predicts what a step will take among ranks, on machines like this one.
struct PlanCommand: ColoredCommand, KernelsCommand {
  static let configuration = CommandConfiguration(
    commandName: "plan",
    abstract: "Predict time, memory and messages of training in several processes.",
    discussion: """
      Small models of the same width are timed on this machine, which takes some seconds. From what a \
      block, a token of the vocabulary, a sequence and an update cost, a formula says what a step takes \
      among any number of ranks, each on a machine like this one. No data is needed.

      "update / model" is the work of the busiest rank's update as a share of that of its forward and \
      backward, both in floating-point operations.

      \(ExitStatus.help)
      """)

  @OptionGroup var optimizer: OptimizerOption
  @OptionGroup var track: TrackOptions

  @Option(
    help: ArgumentHelp(
      "Numbers of processes: 1,2,4,... (default: powers of 2 up to the sequences of a batch, at most 1024).",
      valueName: "list"))
  var ranks: String?

  @Option(parsing: .unconditional, help: "How many of them share a machine, and its threads.")
  var ranksPerMachine = 1

  @Option(
    help: ArgumentHelp(
      "What a message of no length takes between machines, such as 20us (default: 30us).",
      valueName: "time"))
  var latency: Latency?

  @Option(
    help: ArgumentHelp(
      "What goes into a rank a second, such as 1.25GB/s or 10Gb/s (default: 10Gb/s).",
      valueName: "rate"))
  var bandwidth: Bandwidth?

  @OptionGroup var precision: PrecisionOption
  @OptionGroup var kernels: KernelsOption
  @OptionGroup var threads: ThreadsOption

  @Flag(help: "Print JSON instead of a table.")
  var json = false

  @OptionGroup var color: ColorOption

  func validate() throws {
    try check(ranksPerMachine, of: "--ranks-per-machine", in: 1...1024)
  }

  func run() throws {
    let plan = try RunPlan(
      try track.definition(), try optimizer.checked(), settings: try track.settings(), seed: 0,
      precision: try precision.checked())
    let counts = try counts(for: plan)
    let perMachine = min(ranksPerMachine, counts.max() ?? 1)
    let busy = threads.usable
    let network = network(among: counts)
    let costs = try StepCosts(of: plan, threads: busy)
    let prediction = Prediction(
      track: plan.track.title, optimizer: plan.optimizer, precision: plan.precision.rawValue,
      tokens: plan.tokensPerStep, weights: plan.track.configuration.weights,
      environment: Environment(threads: busy), ranksPerMachine: perMachine, network: network,
      steps: counts.map {
        StepEstimate(costs, ranks: $0, perMachine: perMachine, over: network)
      })
    let output = Console.output(color.mode)
    if json {
      try output.printResult(try JSON.document(prediction, inSnakeCase: true))
    } else {
      output.print(prediction.text)
    }
  }

  /// The numbers of ranks, which the batch must be enough for.
  private func counts(for plan: RunPlan) throws(UsageError) -> [Int] {
    let sequences = plan.track.batch / (plan.track.accumulation ?? 1)
    guard let ranks else { return (0...10).map { 1 << $0 }.filter { $0 <= sequences } }
    var counts: [Int] = []
    for text in ranks.split(separator: ",", omittingEmptySubsequences: false) {
      guard let count = Int(text), count >= 1 else {
        throw UsageError(
          "--ranks \(ranks): '\(text)' is not a number of at least 1",
          hint: "for example --ranks 1,2,4")
      }
      counts.append(count)
    }
    if let most = counts.max(), most > sequences {
      throw UsageError(
        "\(most) ranks, and \(Format.count(sequences, "sequence")) side by side: each rank needs one",
        hint: "a larger batch is --set batch=\(most)")
    }
    return counts
  }

  /// What was described; without a word the memory for ranks that all share a machine, and a usual network for others.
  private func network(among counts: [Int]) -> Network {
    let isLocal = (counts.max() ?? 1) <= ranksPerMachine
    let usual = isLocal && ranksPerMachine > 1 ? Network.memory() : .usual
    return Network(
      latency: latency?.seconds ?? usual.latency,
      bandwidth: bandwidth?.bytesPerSecond ?? usual.bandwidth)
  }
}

/// What `speedrun plan` found: the content of `--json`, whose keys are these names in snake case.
private struct Prediction: Encodable {
  let track: String
  let optimizer: String
  let precision: String
  /// Of a step.
  let tokens: Int
  let weights: Int
  let environment: Environment
  let ranksPerMachine: Int
  let network: Network
  let steps: [StepEstimate]

  var text: String {
    func milliseconds(_ seconds: Double) -> String { Format.fixed(seconds * 1000, 1) }
    let table = Table(
      steps,
      [
        .right("ranks") { "\($0.ranks)" }, .right("lanes") { "\($0.lanes)" },
        .right("step, ms") { milliseconds($0.seconds) },
        .right("model") { milliseconds($0.forwardBackwardSeconds) },
        .right("update") { milliseconds($0.updateSeconds) },
        .right("messages") { milliseconds($0.messageSeconds) },
        .right("tokens/s") { Format.grouped(Int($0.tokensPerSecond)) },
        .right("memory") { Format.bytes($0.bytes) },
        .right("sent a step") { $0.ranks == 1 ? "-" : Format.bytes($0.bytesSent) },
        .right("update / model") { Format.percent($0.updateOperationsShare) },
      ])
    let machines =
      ranksPerMachine == 1
      ? "each rank on a machine like this one"
      : "\(ranksPerMachine) ranks on each machine like this one"
    return """
      \(track) by \(optimizer) in \(precision): \(Format.grouped(weights)) weights, \
      \(Format.grouped(tokens)) tokens a step
      \(machines), \(Processor.current), \(Format.count(environment.threads, "thread")); \
      messages: \(network.text)

      \(table.text)

      Memory is that of a rank; what is sent, that of all ranks together.
      """
  }
}
