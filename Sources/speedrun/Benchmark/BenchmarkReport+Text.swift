import Autograd
import Statistics
import Text

extension BenchmarkReport {
  /// Prints tables, and what they mean.
  func print(to console: Console) {
    let rows = [
      ("forward + backward", forwardBackward),
      ("optimizer (\(configuration.optimizer))", optimizerStep), ("whole step", step),
    ]
    console.print(Tables.durations(rows.map { ($0, [$1.median, $1.min, $1.max]) }))
    console.print()
    console.print(
      "\(Format.grouped(Int(tokensPerSecond))) tokens/s in \(configuration.precision.rawValue)")
    console.print(
      "\(Format.fixed(gigaflopsPerStep, 1)) GFLOP a step, \(Format.fixed(gigaflopsPerSecond, 0)) "
        + "GFLOP/s in forward + backward")
    console.print(
      "\(Format.percent(shareOfPeak)) of this machine's matrix products: "
        + "\(Format.fixed(peakGigaflopsPerSecond, 0)) GFLOP/s with "
        + Format.count(configuration.threads, "thread"))
    console.print(
      "\(Format.grouped(minorPageFaults)) page faults and \(Format.grouped(tensorAllocations)) "
        + "buffers allocated in \(steps) steps")
    console.print(
      "\(Format.bytes(memory.peakResident)) of memory: "
        + memory.items.map { "\($0.name) \(Format.bytes($0.bytes))" }.joined(separator: ", "))
    console.print()
    console.print(Tables.parts(of: split, peak: peakGigaflopsPerSecond))
    console.print()
    console.print(
      "The parts are \(Format.percent(split.coverage)) of \(steps) more steps of "
        + "\(Format.fixed(split.stepMilliseconds, 1)) ms, with a clock in them: thread-seconds "
        + "divided by threads.")
    guard let comparison else { return }
    console.print()
    console.print("Against \(comparison.file)\(comparison.difference):")
    console.print(Tables.comparison(comparison))
  }
}
