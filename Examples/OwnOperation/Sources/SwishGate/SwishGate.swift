import Autograd
import Foundation

extension Tensor {
  /// Multiplies `values` by the swish of this tensor, element by element; both have the same shape.
  ///
  ///     s = 1 / (1 + exp(-x))
  ///     y = x s v
  ///
  /// Pullback: `dx += s (1 + x (1 - s)) v dy`, `dv += x s dy`.
  ///
  /// Shazeer, "GLU Variants Improve Transformer" (2020).
  public func swishGate(_ values: Tensor) -> Tensor {
    precondition(shape == values.shape, "swishGate: \(shape) gates \(values.shape)")
    let (x, v) = (elements, values.elements)
    let s = x.map { 1 / (1 + exp(-$0)) }
    let y = Tensor(x.indices.map { x[$0] * s[$0] * v[$0] }, shape: shape)
    return y.recorded("swishGate", part: .elementWise, from: self, values) { dy, backward in
      backward.add(to: self) { i in s[i] * (1 + x[i] * (1 - s[i])) * v[i] * dy[i] }
      backward.add(to: values) { i in x[i] * s[i] * dy[i] }
    }
  }
}
