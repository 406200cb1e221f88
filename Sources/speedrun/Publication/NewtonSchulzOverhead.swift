import Autograd
import Muon
import NanoGPT

/// What orthogonalizing every update costs beside forward and backward, counted in floating-point operations.
///
/// A Newton-Schulz step as it is written takes three products for an `m x n` matrix with `m <= n`: `X X^T` with
/// `2 m^2 n` operations, its square with `2 m^3`, and the last one with `2 m^2 n`. What is computed is less: half of every
/// symmetric product, and of matrices that are not square most steps on their Gram matrix alone. Forward and backward
/// take `6 x weights x tokens`, and attention. Jordan (2024) bounds the ratio of the plain form by `T d / B`, with `T`
/// steps, width `d` and `B` tokens in a batch.
package struct NewtonSchulzOverhead: Sendable {
  package let model: GPTConfiguration
  package let muon: Muon

  /// The overhead of a rule; nil when it orthogonalizes in another way.
  package init?(_ model: GPTConfiguration, _ muon: Muon) {
    guard muon.orthogonalization == .newtonSchulz else { return nil }
    (self.model, self.muon) = (model, muon)
  }

  /// The steps of the iteration.
  package var iterations: Int { muon.newtonSchulz.coefficients.count }

  /// The operations of the plain form for all matrices inside the blocks, once a training step.
  package var plainOperations: Double {
    sum { shape in
      let (m, n) = (Double(min(shape[0], shape[1])), Double(max(shape[0], shape[1])))
      return Double(iterations) * (4 * m * m * n + 2 * m * m * m)
    }
  }

  /// Those that are computed.
  package var operations: Double {
    sum { muon.operations(elements: $0.count, of: $0) }
  }

  /// What is computed, over forward and backward on so many tokens.
  package func ratio(tokens: Int) -> Double { operations / training(tokens: tokens) }

  /// The plain form over forward and backward on so many tokens.
  package func plainRatio(tokens: Int) -> Double { plainOperations / training(tokens: tokens) }

  /// Jordan's bound of ``plainRatio(tokens:)``.
  package func bound(tokens: Int) -> Double {
    Double(iterations * model.modelDimension) / Double(tokens)
  }

  private func training(tokens: Int) -> Double {
    Double(tokens) * (model.projectionOperationsPerToken + model.attentionOperationsPerToken)
  }

  private func sum(_ operations: (Shape) -> Double) -> Double {
    let (d, h) = (model.modelDimension, model.hiddenDimension)
    return Double(model.layers)
      * (4 * operations([d, d]) + operations([h, d]) + operations([d, h]))
  }
}
