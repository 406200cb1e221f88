import CKernels

extension Tensor {
  /// Keeps the greatest of every window of pixels, for each channel by itself.
  ///
  ///     self  [height, width, channels]
  ///     y     [height / size, width / size, channels],  y[i, j] = max over the window at (i size, j size)
  ///
  /// Windows do not overlap; what is left of them at the right and at the bottom is dropped. Pullback: `dx += dy` where
  /// the greatest is, the first of equals; what else a window holds gets nothing.
  ///
  /// - Parameter size: How many pixels a window is high and wide; at most as many as the image.
  /// - Returns: A pixel for every window.
  public func maxPooled(by size: Int) -> Tensor {
    require(shape.rank == 3, "maxPooled: \(shape) is not [height, width, channels]")
    let (height, width, channels) = (shape[0], shape[1], shape[2])
    require(
      size > 0 && size <= min(height, width), "maxPooled: windows of \(size) for an image \(shape)")
    let y = Tensor(uninitialized: [height / size, width / size, channels])
    kernel_max_pool(pointer, y.pointer, height, width, channels, size)
    return y.recorded("maxPooled", part: .elementWise, from: self) { dy, backpropagation in
      backpropagation.accumulate(into: self) { dx, accumulate in
        if !accumulate { dx.update(repeating: 0, count: shape.count) }
        // The gradients of a window that no pixel has taken yet.
        let rest = Storage(uninitialized: channels)
        kernel_max_pool_pullback(
          pointer, y.pointer, dy.pointer, rest.pointer, dx, height, width, channels, size)
      }
    }
  }
}
