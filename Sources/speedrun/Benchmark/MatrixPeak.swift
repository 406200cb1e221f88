import Autograd
import NanoGPT

/// How fast this machine multiplies matrices.
enum MatrixPeak {
  /// Billions of floating-point operations per second, the median of several rounds in which every
  /// thread multiplies float32 matrices of its own.
  static func measure(threads: Int) -> Double {
    let size = 512
    let products = 8
    let matrices = (0..<threads).map { _ in
      (0..<3).map { _ in
        ParameterScope(seed: 0).parameter("matrix", [size, size], .normal(deviation: 1))
      }
    }
    let rounds = (0..<12).map { _ in
      let start = ContinuousClock.now
      Workers(count: threads).forEach(threads) { thread in
        let factors = matrices[thread].map(\.storage.pointer)
        for _ in 0..<products {
          MatrixProduct.multiply(
            Matrix(factors[0], stride: size),
            RightFactor(Matrix(factors[1], stride: size), inner: size, columns: size),
            into: factors[2], stride: size, rows: size)
        }
      }
      return ContinuousClock.now - start
    }
    let operations = Double(threads * products) * 2 * Double(size * size * size)
    return operations / (Array(rounds.dropFirst(2)).median?.seconds ?? 1) * 1e-9
  }
}
