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
package struct NewtonSchulzCost {
  package let muon: Muon
  let iterations: Int
  /// Of what is computed to forward and backward, of the plain form, and Jordan's bound of that.
  package let ratio: Double
  package let plainRatio: Double
  package let bound: Double

  /// Nil when the rule orthogonalizes in another way.
  package init?(_ muon: Muon, _ model: GPTConfiguration, tokens: Int) {
    guard muon.orthogonalization == .newtonSchulz else { return nil }
    let training =
      Double(tokens) * (model.projectionOperationsPerToken + model.attentionOperationsPerToken)
    func share(_ operations: (Shape) -> Double) -> Double {
      Double(model.layers) * model.blockShapes.reduce(0) { $0 + operations($1) } / training
    }
    let iterations = muon.newtonSchulz.coefficients.count
    (self.muon, self.iterations) = (muon, iterations)
    ratio = share { muon.operations(elements: $0.count, of: $0) }
    plainRatio = share { shape in
      let (m, n) = (Double(min(shape[0], shape[1])), Double(max(shape[0], shape[1])))
      return Double(iterations) * (4 * m * m * n + 2 * m * m * m)
    }
    bound = Double(iterations * model.modelDimension) / Double(tokens)
  }
}
