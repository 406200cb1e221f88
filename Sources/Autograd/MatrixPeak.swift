/// How fast this machine multiplies matrices: what the time of a step is to be measured against.
///
/// In float32 OpenBLAS and this package's own products compete, and the faster is the peak; but kernels that were
/// forced are measured against themselves, not against what they leave unused of the processor. A shared
/// machine drifts: what is compared with the peak wants rounds from before and after it.
package struct MatrixPeak {
  private static let size = 512
  private static let products = 8

  private let threads: Int
  private let precision: Precision
  private let matrices: [[Parameter]]
  private var rounds: [ProductKernels: [Duration]] = [:]

  package init(threads: Int, _ precision: Precision) {
    (self.threads, self.precision) = (threads, precision)
    matrices = (0..<threads).map { _ in
      (0..<3).map { _ in
        ParameterScope(seed: 0).parameter("matrix", [Self.size, Self.size], .normal(deviation: 1))
      }
    }
  }

  /// Measures some rounds, in which every thread multiplies matrices of its own.
  package mutating func measure() {
    let competitors: Set =
      precision == .float32 && ProductKernels.forced == nil
      ? [ProductKernels.openBLAS, .chosen] : [.chosen]
    for kernels in competitors {
      // The first ones still wake cores and map pages.
      rounds[kernels, default: []] += (0..<12).map { _ in time(of: kernels) }.dropFirst(2)
    }
  }

  /// The time of one round.
  private func time(of kernels: ProductKernels) -> Duration {
    let size = Self.size
    // Packed before the clock starts, as weights are for a whole pass.
    let right = matrices.map { matrices in
      RightFactor(
        Matrix(matrices[1].storage.pointer, stride: size), inner: size, columns: size,
        precision: precision, kernels: kernels)
    }
    let start = ContinuousClock.now
    Workers(count: threads).forEach(threads) { [matrices] thread in
      let factors = matrices[thread].map(\.storage.pointer)
      for _ in 0..<Self.products {
        MatrixProduct.multiply(
          Matrix(factors[0], stride: size), right[thread], into: factors[2], stride: size,
          rows: size)
      }
    }
    return ContinuousClock.now - start
  }

  /// Billions of floating-point operations per second: the median of all rounds so far.
  package var gigaflopsPerSecond: Double {
    let size = Double(Self.size)
    let operations = Double(threads * Self.products) * 2 * size * size * size
    let medians = rounds.values.map { times in
      let sorted = times.sorted()
      return (sorted[(sorted.count - 1) / 2] + sorted[sorted.count / 2]) / 2
    }
    return operations / ((medians.min() ?? .zero) / .nanoseconds(1))
  }
}
