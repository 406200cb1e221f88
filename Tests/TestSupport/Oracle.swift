import Autograd
import Foundation

/// Plain double-precision versions of what the kernels compute: slow, obvious, and written once more.
public enum Oracle {
  /// The product of a row-major `rows x inner` and `inner x columns` matrix.
  public static func product(
    _ a: [Double], _ b: [Double], rows: Int, inner: Int, columns: Int
  ) -> [Double] {
    (0..<rows * columns).map { index in
      let (row, column) = (index / columns, index % columns)
      return (0..<inner).reduce(0) { $0 + a[row * inner + $1] * b[$1 * columns + column] }
    }
  }

  /// The transpose of a row-major `rows x columns` matrix.
  public static func transpose(_ a: [Double], rows: Int, columns: Int) -> [Double] {
    (0..<rows * columns).map { a[($0 % rows) * columns + $0 / rows] }
  }

  /// Each row divided by its root mean square.
  public static func rmsNorm(_ x: [Double], columns: Int, epsilon: Double) -> [Double] {
    stride(from: 0, to: x.count, by: columns).flatMap { start in
      let row = x[start..<start + columns]
      let meanSquare = row.reduce(0) { $0 + $1 * $1 } / Double(columns)
      return row.map { $0 / (meanSquare + epsilon).squareRoot() }
    }
  }

  /// `cap x / sqrt(x^2 + cap^2)`.
  public static func softcap(_ x: [Double], cap: Double) -> [Double] {
    x.map { cap * $0 / ($0 * $0 + cap * cap).squareRoot() }
  }

  /// The mean over rows of the negative log probability of the target.
  public static func crossEntropy(_ logits: [Double], targets: [Int], columns: Int) -> Double {
    let losses = targets.enumerated().map { row, target in
      let values = logits[row * columns..<(row + 1) * columns]
      let largest = values.max() ?? 0
      let logSum = largest + log(values.reduce(0) { $0 + exp($1 - largest) })
      return logSum - logits[row * columns + target]
    }
    return losses.reduce(0, +) / Double(targets.count)
  }

  /// Causal attention, one head after the other, one row after the other.
  public static func causalAttention(
    q: [Double], k: [Double], v: [Double], positions: Int, heads: Int, size: Int, scale: Double
  ) -> [Double] {
    let width = heads * size
    var y = [Double](repeating: 0, count: positions * width)
    for head in 0..<heads {
      for row in 0..<positions {
        let scores = (0...row).map { key in
          scale
            * (0..<size).reduce(0.0) {
              $0 + q[row * width + head * size + $1] * k[key * width + head * size + $1]
            }
        }
        let largest = scores.max() ?? 0
        let weights = scores.map { exp($0 - largest) }
        let total = weights.reduce(0, +)
        for column in 0..<size {
          y[row * width + head * size + column] =
            (0...row).reduce(0) { $0 + weights[$1] * v[$1 * width + head * size + column] } / total
        }
      }
    }
    return y
  }

  /// `count` numbers uniform in -1...1, the same for the same seed, exactly representable as floats.
  public static func random(_ count: Int, seed: UInt64) -> [Double] {
    var random = SplitMix64(seed: seed)
    return random.floats(count).map(Double.init)
  }
}
