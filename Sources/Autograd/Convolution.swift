import CKernels

extension Tensor {
  /// Convolves an image with filters, at every pixel: stride 1, zeros beyond the edges.
  ///
  ///     self     [height, width, channels]
  ///     filters  [outputs, size * size * channels], each a neighbourhood as ``patches(size:)`` has it
  ///     y        [height, width, outputs]
  ///
  /// It is ``linear(_:precision:)`` of the neighbourhoods, whose pullback is its own: a filter is a row of a matrix, and
  /// an optimizer of matrices needs no other view of it.
  ///
  /// - Parameters:
  ///   - filters: One row for each output.
  ///   - size: How many pixels a neighbourhood is high and wide; odd.
  ///   - precision: The arithmetic of the products; its ``Precision/problem`` must be nil.
  /// - Returns: The image of as many channels as there are filters.
  public func convolved(
    with filters: Tensor, size: Int, precision: Precision = .float32
  ) -> Tensor {
    patches(size: size).linear(filters, precision: precision)
  }

  /// Gives every pixel its neighbourhood as a row.
  ///
  ///     self  [height, width, channels]
  ///     y     [height, width, size * size * channels]
  ///
  /// A neighbourhood is read row by row, a pixel's channels side by side, and is zero beyond the edges.
  /// Pullback: every pixel gathers the gradients of its places in all neighbourhoods, in the order of these.
  ///
  /// - Parameter size: How many pixels a neighbourhood is high and wide; odd, so that it has a middle.
  /// - Returns: A tensor whose rows are the neighbourhoods.
  public func patches(size: Int) -> Tensor {
    require(shape.rank == 3, "patches: \(shape) is not [height, width, channels]")
    require(size > 0 && !size.isMultiple(of: 2), "patches: a size of \(size), not odd")
    let neighbourhoods = Neighbourhoods(
      height: shape[0], width: shape[1], channels: shape[2], size: size)
    let y = Tensor(uninitialized: [shape[0], shape[1], neighbourhoods.rowCount])
    y.storage.buffer.update(repeating: 0)
    neighbourhoods.forEachRun { pixels, patch, count in
      (y.pointer + patch).update(from: pointer + pixels, count: count)
    }
    return y.recorded("patches", part: .elementWise, from: self) { dy, backpropagation in
      backpropagation.accumulate(into: self) { dx, accumulate in
        if !accumulate { dx.update(repeating: 0, count: shape.count) }
        neighbourhoods.forEachRun { pixels, patch, count in
          kernel_add_scaled(1, dy.pointer + patch, dx + pixels, count)
        }
      }
    }
  }
}

/// Where the pixels of an image lie in the neighbourhoods of all its pixels.
private struct Neighbourhoods {
  let height: Int
  let width: Int
  let channels: Int
  let size: Int

  /// The elements of one neighbourhood.
  var rowCount: Int { size * size * channels }

  /// Calls `body` for every row of pixels of every neighbourhood, as far as it lies in the image: where these pixels
  /// begin in the image, where in the neighbourhoods, and how many elements they have.
  @inline(__always)
  func forEachRun(_ body: (_ pixels: Int, _ patch: Int, _ count: Int) -> Void) {
    let radius = size / 2
    for row in 0..<height {
      for column in 0..<width {
        let first = max(0, radius - column)
        let end = min(size, width + radius - column)
        let patch = (row * width + column) * rowCount
        for line in max(0, radius - row)..<min(size, height + radius - row) {
          let pixel = (row + line - radius) * width + column + first - radius
          body(
            pixel * channels, patch + (line * size + first) * channels, (end - first) * channels)
        }
      }
    }
  }
}
