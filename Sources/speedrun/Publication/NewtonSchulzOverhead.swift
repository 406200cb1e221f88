import Muon
import NanoGPT

/// What orthogonalizing every update costs beside forward and backward, counted in floating-point operations.
///
/// A Newton-Schulz step on an `m x n` matrix with `m <= n` is three products: `X X^T` with `2 m^2 n` operations,
/// its square with `2 m^3`, and the last one with `2 m^2 n`. Forward and backward take
/// `6 x weights x tokens`, and attention. Jordan (2024) bounds the ratio by `T m / B`, with `T` steps, width `m` and `B`
/// tokens in a batch.
package struct NewtonSchulzOverhead: Sendable {
  package let model: GPTConfiguration
  /// The steps of the iteration.
  package let iterations: Int

  package init(_ model: GPTConfiguration, iterations: Int = 5) {
    (self.model, self.iterations) = (model, iterations)
  }

  /// The operations for all matrices inside the blocks, once a training step.
  package var operations: Double {
    let (d, h) = (model.modelDimension, model.hiddenDimension)
    let block = 4 * Self.operations(d, d) + 2 * Self.operations(d, h)
    return Double(iterations * model.layers) * block
  }

  /// As a share of forward and backward on so many tokens.
  package func ratio(tokens: Int) -> Double {
    operations
      / (Double(tokens)
        * (model.projectionOperationsPerToken + model.attentionOperationsPerToken))
  }

  /// Jordan's bound of ``ratio(tokens:)``.
  package func bound(tokens: Int) -> Double {
    Double(iterations * model.modelDimension) / Double(tokens)
  }

  private static func operations(_ rows: Int, _ columns: Int) -> Double {
    let (m, n) = (Double(min(rows, columns)), Double(max(rows, columns)))
    return 4 * m * m * n + 2 * m * m * m
  }
}
