extension Tensor {
  /// Multiplies groups of rows, each by a weight matrix of its own: `y_g = x_g W_g^T`.
  ///
  ///     x        [rows, inputs]: first the rows of group 0, then those of group 1, ...
  ///     counts   the rows of each group, at least 0
  ///     weights  one for each group, [outputs, inputs]
  ///     y        [rows, outputs], in the same order
  ///
  /// Pullback: `dx_g += dy_g W_g`, `dW_g += dy_g^T x_g`. The work grows with the rows, not with the groups: one
  /// without rows costs nothing, and nothing reaches its weight.
  ///
  /// - Parameters:
  ///   - weights: The matrices, all of one shape; there are no biases.
  ///   - counts: How many rows each of them is for.
  ///   - precision: The arithmetic of the products; its ``Precision/problem`` must be nil.
  /// - Returns: One row of `outputs` elements for each row of this tensor.
  public func linear(
    _ weights: [Tensor], rowsOfEach counts: [Int], precision: Precision = .float32
  ) -> Tensor {
    require(
      !weights.isEmpty && weights.allSatisfy { $0.shape == weights[0].shape }
        && weights[0].shape.rank == 2 && shape.rank == 2 && shape[1] == weights[0].shape[1],
      "linear: rows of \(shape) do not fit weights \(weights.map(\.shape)) of [outputs, inputs]")
    require(
      counts.count == weights.count && counts.allSatisfy { $0 >= 0 }
        && counts.reduce(0, +) == shape[0],
      "linear: \(counts) rows of \(weights.count) groups in \(shape)")
    let (outputs, inputs) = (weights[0].shape[0], weights[0].shape[1])
    var start = 0
    let groups = zip(weights, counts).map { weight, count in
      defer { start += count }
      return (weight: weight, start: start, rows: count)
    }.filter { $0.rows > 0 }

    let y = Tensor(uninitialized: [shape[0], outputs])
    for (weight, start, rows) in groups {
      MatrixProduct.multiply(
        Matrix(pointer + start * inputs, stride: inputs),
        weight.rightFactor(.transposed, precision),
        into: y.pointer + start * outputs, stride: outputs, rows: rows)
    }
    return y.recorded("groupedLinear", part: .projections, from: [self] + weights) {
      dy, backpropagation in
      backpropagation.accumulate(into: self) { dx, accumulate in
        for (weight, start, rows) in groups {
          MatrixProduct.multiply(
            Matrix(dy.pointer + start * outputs, stride: outputs),
            weight.rightFactor(.normal, precision),
            into: dx + start * inputs, stride: inputs, rows: rows, beta: accumulate ? 1 : 0)
        }
      }
      for (weight, start, rows) in groups {
        backpropagation.accumulate(into: weight) { dWeight, accumulate in
          let x = RightFactor(
            Matrix(pointer + start * inputs, stride: inputs), inner: rows, columns: inputs,
            precision: precision)
          MatrixProduct.multiply(
            Matrix(dy.pointer + start * outputs, stride: outputs, .transposed), x,
            into: dWeight, stride: inputs, rows: outputs, beta: accumulate ? 1 : 0)
        }
      }
    }
  }
}
