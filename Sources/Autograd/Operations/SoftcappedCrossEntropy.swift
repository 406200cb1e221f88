import CKernels

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
    return y.recorded("softcappedCrossEntropy", from: self) { dy, backpropagation in
      let weight = dy.pointer[0] / Float(rows)
      backpropagation.accumulate(into: self) { dLogits, accumulate in
        kernel_softcapped_cross_entropy_pullback(
          pointer, targets, logSums.pointer, weight, dLogits, rows, classes, cap, accumulate)
      }
    }
  }
}
