extension Tensor {
  /// Returns the same elements, in the same order, under another shape; no element moves.
  ///
  /// Pullback: `dx += dy`.
  public func reshaped(to newShape: Shape) -> Tensor {
    require(
      newShape.count == shape.count,
      "reshaped: \(shape) has \(shape.count) elements, \(newShape) has \(newShape.count)")
    let y = Tensor(shape: newShape, storage: storage)
    return y.recorded("reshaped", from: self) { dy, backpropagation in
      backpropagation.pass(dy, to: self)
    }
  }
}
