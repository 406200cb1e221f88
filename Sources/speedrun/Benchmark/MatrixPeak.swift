import Autograd
import NanoGPT

/// How fast this machine multiplies float32 matrices.
///
/// A shared machine drifts: what is compared with the peak wants rounds from before and after it.
struct MatrixPeak {
  private let threads: Int
  private let matrices: [[Parameter]]
  private var rounds: [Duration] = []

  private static let size = 512
  private static let products = 8

  init(threads: Int) {
    self.threads = threads
    matrices = (0..<threads).map { _ in
      (0..<3).map { _ in
        ParameterScope(seed: 0).parameter(
          "matrix", [Self.size, Self.size], .normal(deviation: 1))
      }
    }
  }

  /// Measures some rounds, in which every thread multiplies matrices of its own.
  mutating func measure() {
    let size = Self.size
    let times = (0..<12).map { [matrices, threads] _ in
      let start = ContinuousClock.now
      Workers(count: threads).forEach(threads) { thread in
        let factors = matrices[thread].map(\.storage.pointer)
        for _ in 0..<Self.products {
          BLAS.multiply(
            .init(factors[0], stride: size), .init(factors[1], stride: size), into: factors[2],
            stride: size, rows: size, inner: size, columns: size)
        }
      }
      return ContinuousClock.now - start
    }
    // The first ones still wake cores and map pages.
    rounds += times.dropFirst(2)
  }

  /// Billions of floating-point operations per second: the median of all rounds so far.
  var gigaflopsPerSecond: Double {
    let size = Double(Self.size)
    let operations = Double(threads * Self.products) * 2 * size * size * size
    return operations / (rounds.median?.seconds ?? .infinity) * 1e-9
  }
}
