import CKernels

extension Tensor {
  /// Adds rows up, each times a weight, where indices send them: the way back from ``gathering(_:)``.
  ///
  ///     self     [n, width]
  ///     weights  [n]
  ///     indices  n of them, each below rows
  ///     y        [rows, width],  y[indices[i]] += weights[i] self[i], in the order of i, from zeros
  ///
  /// Pullback: `dself[i] += weights[i] dy[indices[i]]`, `dweights[i] += <self[i], dy[indices[i]]>`.
  ///
  /// - Parameters:
  ///   - indices: The row that each row of this tensor is added to.
  ///   - rows: The rows of the result; one that nothing is added to is zero.
  ///   - weights: The factor on each row of this tensor.
  /// - Returns: The sums.
  public func scattering(to indices: [UInt16], of rows: Int, weights: Tensor) -> Tensor {
    require(
      shape.rank == 2 && indices.count == shape[0] && weights.shape == [shape[0]],
      "scattering: rows of \(shape) to \(indices.count) places with weights \(weights.shape)")
    let width = shape[1]
    for index in indices {
      require(Int(index) < rows, "scattering: index \(index) of \(rows) rows")
    }
    let y = Tensor(repeating: 0, shape: [rows, width])
    kernel_scatter_rows(pointer, weights.pointer, indices, y.pointer, indices.count, width)
    return y.recorded("scattering", part: .elementWise, from: self, weights) {
      dy, backpropagation in
      backpropagation.accumulate(into: self) { dx, accumulate in
        kernel_scatter_rows_pullback(
          dy.pointer, weights.pointer, indices, dx, indices.count, width, accumulate)
      }
      backpropagation.accumulate(into: weights) { dWeights, accumulate in
        kernel_scatter_weights_pullback(
          dy.pointer, pointer, indices, dWeights, indices.count, width, accumulate)
      }
    }
  }
}
