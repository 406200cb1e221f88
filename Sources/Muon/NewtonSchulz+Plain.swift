import Autograd
import CKernels

extension NewtonSchulz {
  /// The iteration as it is written: the reference for the fast forms, and slower.
  func plainlyOrthogonalized(_ matrix: Tensor) -> Tensor {
    if matrix.shape[0] > matrix.shape[1] {
      return plainlyOrthogonalized(matrix.transposedMatrix()).transposedMatrix()
    }
    var x = matrix.scaled(by: Float(1 / divisor(for: matrix)))
    for step in coefficients {
      let gram = Tensor(uninitialized: [x.shape[0], x.shape[0]])
      gram.setToProduct(x, x, .transposed)
      let polynomial = gram.scaled(by: Float(step.b))
      polynomial.setToProduct(gram, gram, scale: Float(step.c), accumulate: true)
      let next = x.scaled(by: Float(step.a))
      next.setToProduct(polynomial, x, accumulate: true)
      x = next
    }
    return x
  }
}

extension Tensor {
  /// Returns the transpose of a matrix.
  fileprivate func transposedMatrix() -> Tensor {
    let transposed = Tensor(uninitialized: [shape[1], shape[0]])
    kernel_transpose(pointer, transposed.pointer, shape[0], shape[1])
    return transposed
  }

  /// Sets this matrix, which nobody else has seen yet, to `scale left right`, or adds that to it.
  fileprivate func setToProduct(
    _ left: Tensor, _ right: Tensor, _ orientation: Matrix.Orientation = .normal, scale: Float = 1,
    accumulate: Bool = false
  ) {
    MatrixProduct.multiply(
      Matrix(left.pointer, stride: left.shape[1]),
      RightFactor(
        Matrix(right.pointer, stride: right.shape[1], orientation), inner: left.shape[1],
        columns: shape[1]),
      into: pointer, stride: shape[1], rows: shape[0], alpha: scale, beta: accumulate ? 1 : 0)
  }
}
