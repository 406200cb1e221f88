import CKernels

extension Tensor {
  /// Looks up one row of a table for each index: an embedding.
  ///
  ///     self     [entries, width]
  ///     indices  n of them, each below entries
  ///     y        [n, width],  y[i] = self[indices[i]]
  ///
  /// Pullback: `dself[indices[i]] += dy[i]`, in the order of `i`.
  ///
  /// - Parameter indices: The rows to look up, such as tokens.
  /// - Returns: The rows in the order of the indices.
  public func gathering(_ indices: [UInt16]) -> Tensor {
    require(shape.rank == 2, "gathering: a table has rank 2, not shape \(shape)")
    let (entries, width) = (shape[0], shape[1])
    let y = Tensor(uninitialized: [indices.count, width])
    for (row, index) in indices.enumerated() {
      require(Int(index) < entries, "gathering: index \(index) of a table \(shape)")
      (y.pointer + row * width).update(from: pointer + Int(index) * width, count: width)
    }
    return y.recorded("gathering", part: .elementWise, from: self) { dy, backpropagation in
      backpropagation.accumulate(into: self) { dTable, accumulate in
        if !accumulate { dTable.update(repeating: 0, count: entries * width) }
        for (row, index) in indices.enumerated() {
          kernel_add_scaled(1, dy.pointer + row * width, dTable + Int(index) * width, width)
        }
      }
    }
  }
}

extension Tensor {
  /// Returns the same elements, in the same order, under another shape; no element moves.
  ///
  /// Pullback: `dx += dy`.
  public func reshaped(to newShape: Shape) -> Tensor {
    require(
      newShape.count == shape.count,
      "reshaped: \(shape) has \(shape.count) elements, \(newShape) has \(newShape.count)")
    let y = Tensor(shape: newShape, storage: storage)
    return y.recorded("reshaped", part: .elementWise, from: self) { dy, backpropagation in
      backpropagation.pass(dy.storage, to: self)
    }
  }
}
