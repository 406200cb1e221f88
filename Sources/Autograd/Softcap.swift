import CKernels

extension Tensor {
  /// Bounds every element smoothly to `(-cap, cap)`: `y = cap x / sqrt(x^2 + cap^2)`.
  ///
  /// The algebraic softcap of modded-nanogpt. Pullback: `dx += dy cap^3 / (x^2 + cap^2)^(3/2)`.
  public func softcapped(at cap: Float) -> Tensor {
    require(cap > 0, "softcapped: a cap of \(cap), not above 0")
    let y = Tensor(uninitialized: shape)
    let count = shape.count
    kernel_softcap(pointer, y.pointer, count, cap)
    return y.recorded("softcapped", part: .elementWise, from: self) { dy, backpropagation in
      backpropagation.accumulate(into: self) { dx, accumulate in
        kernel_softcap_pullback(pointer, dy.pointer, dx, count, cap, accumulate)
      }
    }
  }
}

extension Tensor {
  /// The mean cross-entropy, in nats, of softcapped logits against target classes.
  ///
  ///     logits   [n, classes]
  ///     targets  n of them, each below classes
  ///     y        scalar,  mean over rows of  log(sum(e^c)) - c[target],  c = softcap(logits)
  ///
  /// Pullback: `dlogits += dy / n (e^c / sum(e^c) - [column = target]) dc/dlogits`. Only one number a row
  /// is kept from the forward pass; the probabilities are computed again.
  ///
  /// - Parameters:
  ///   - targets: The right class of each row.
  ///   - cap: The bound of ``softcapped(at:)``, at most 70, so that `classes e^cap` is finite.
  /// - Returns: A scalar.
  public func softcappedCrossEntropy(targets: [UInt16], cap: Float) -> Tensor {
    require(
      shape.rank == 2 && shape[0] == targets.count && !targets.isEmpty,
      "softcappedCrossEntropy: logits \(shape) for \(targets.count) targets")
    require(cap > 0 && cap <= 70, "softcappedCrossEntropy: a cap of \(cap), above 0 and at most 70")
    let (rows, classes) = (shape[0], shape[1])
    for target in targets {
      require(
        Int(target) < classes, "softcappedCrossEntropy: target \(target) for logits \(shape)")
    }
    let logSums = Storage(uninitialized: rows)
    let losses = Storage(uninitialized: rows)
    kernel_softcapped_cross_entropy(
      pointer, targets, logSums.pointer, losses.pointer, rows, classes, cap)
    let y = Tensor(Float(kernel_sum(losses.pointer, rows) / Double(rows)))
    return y.recorded("softcappedCrossEntropy", part: .crossEntropy, from: self) {
      dy, backpropagation in
      let weight = dy.pointer[0] / Float(rows)
      backpropagation.accumulate(into: self) { dLogits, accumulate in
        kernel_softcapped_cross_entropy_pullback(
          pointer, targets, logSums.pointer, weight, dLogits, rows, classes, cap, accumulate)
      }
    }
  }
}
