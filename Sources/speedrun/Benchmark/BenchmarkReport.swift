import NanoGPT

/// What a benchmark found, in milliseconds and billions of operations per second.
struct BenchmarkReport: Encodable {
  /// Median, least and greatest duration of a part of a step.
  struct Spread: Encodable {
    let median: Double
    let min: Double
    let max: Double

    init(_ times: [Duration]) {
      median = times.median?.milliseconds ?? 0
      min = times.min()?.milliseconds ?? 0
      max = times.max()?.milliseconds ?? 0
    }
  }

  let model: GPTConfiguration
  let optimizer: Contestant
  let threads: Int
  let steps: Int
  let tokensPerStep: Int
  let step: Spread
  let forwardBackward: Spread
  let optimizerStep: Spread
  let tokensPerSecond: Double
  let gigaflopsPerStep: Double
  /// Of forward and backward.
  let gigaflopsPerSecond: Double
  let peakGigaflopsPerSecond: Double

  enum CodingKeys: String, CodingKey {
    case model, optimizer, threads, steps
    case tokensPerStep = "tokens_per_step"
    case step = "step_ms"
    case forwardBackward = "forward_backward_ms"
    case optimizerStep = "optimizer_ms"
    case tokensPerSecond = "tokens_per_second"
    case gigaflopsPerStep = "gflop_per_step"
    case gigaflopsPerSecond = "gflop_per_second"
    case peakGigaflopsPerSecond = "sgemm_peak_gflop_per_second"
  }

  init(
    _ times: StepTimes, model: GPTConfiguration, optimizer: Contestant, tokens: Int, peak: Double,
    threads: Int
  ) {
    self.model = model
    self.optimizer = optimizer
    self.threads = threads
    steps = times.whole.count
    tokensPerStep = tokens
    step = Spread(times.whole)
    forwardBackward = Spread(times.forwardBackward)
    optimizerStep = Spread(times.optimizer)
    tokensPerSecond = Double(tokens) / step.median * 1000
    gigaflopsPerStep = Double(tokens) * model.operationsPerToken * 1e-9
    gigaflopsPerSecond = gigaflopsPerStep / forwardBackward.median * 1000
    peakGigaflopsPerSecond = peak
  }

  /// Prints a table.
  func print(to console: Console) {
    let rows = [
      ("forward + backward", forwardBackward), ("optimizer (\(optimizer))", optimizerStep),
      ("whole step", step),
    ]
    console.print(Tables.durations(rows.map { ($0, [$1.median, $1.min, $1.max]) }))
    console.print()
    console.print("\(Format.grouped(Int(tokensPerSecond))) tokens/s")
    console.print(
      "\(Format.fixed(gigaflopsPerStep, 1)) GFLOP a step, \(Format.fixed(gigaflopsPerSecond, 0)) "
        + "GFLOP/s in forward + backward")
    console.print(
      "\(Format.percent(gigaflopsPerSecond / peakGigaflopsPerSecond)) of this machine's matrix "
        + "products: \(Format.fixed(peakGigaflopsPerSecond, 0)) GFLOP/s with \(threads) threads")
  }
}

extension GPTConfiguration {
  /// Floating-point operations of forward and backward per token, those of matrix products only.
  var operationsPerToken: Double {
    let blocks = layers * (4 * modelDimension + 2 * hiddenDimension) * modelDimension
    let head = vocabularySize * modelDimension
    return 6 * Double(blocks + head) + 6 * Double(layers * context * modelDimension)
  }
}
