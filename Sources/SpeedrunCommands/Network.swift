import ArgumentParser
import Runs
import Text

/// What carries messages between ranks.
struct Network: Encodable {
  /// Seconds for a message of no length.
  let latency: Double
  /// Bytes a second, into a rank and out of it at the same time.
  let bandwidth: Double

  /// Ethernet of 10 gigabits a second.
  static let usual = Network(latency: 30e-6, bandwidth: 1.25e9)

  var text: String {
    "\(Format.significant(latency * 1e6, 3)) us a message, \(Format.significant(bandwidth * 1e-9, 3)) GB/s"
  }

  /// The memory of this machine, through which the ranks on it send: a message is copied in, and copied out.
  static func memory() -> Network {
    let count = 1 << 23
    let source = [Float](repeating: 1, count: count)
    var copy = [Float](repeating: 0, count: count)
    var times: [Duration] = []
    for _ in 0..<5 {
      let start = ContinuousClock.now
      copy.withUnsafeMutableBufferPointer { target in
        source.withUnsafeBufferPointer { _ = target.update(from: $0) }
      }
      times.append(ContinuousClock.now - start)
    }
    let seconds = times.median?.seconds ?? 1
    return Network(
      latency: 1e-6, bandwidth: Double(count * MemoryLayout<Float>.stride) / (2 * seconds))
  }
}

/// A time such as `20us`.
struct Latency: ExpressibleByArgument {
  let seconds: Double

  init?(argument: String) {
    let units = [("ns", 1e-9), ("us", 1e-6), ("ms", 1e-3), ("s", 1)]
    guard let seconds = quantity(argument, units), seconds < 1 else { return nil }
    self.seconds = seconds
  }
}

/// Bytes a second, such as `1.25GB/s`, or bits, `10Gb/s`.
struct Bandwidth: ExpressibleByArgument {
  let bytesPerSecond: Double

  init?(argument: String) {
    let units = [
      ("MB/s", 1e6), ("GB/s", 1e9), ("Mb/s", 1e6 / 8), ("Gb/s", 1e9 / 8),
    ]
    guard let bytes = quantity(argument, units), bytes > 0 else { return nil }
    bytesPerSecond = bytes
  }
}

/// A number with a unit in base units; nil of anything else, and below 0.
private func quantity(_ text: String, _ units: [(name: String, factor: Double)]) -> Double? {
  guard let unit = units.first(where: { text.hasSuffix($0.name) }),
    let number = Double(text.dropLast(unit.name.count)), number >= 0, number.isFinite
  else { return nil }
  return number * unit.factor
}
