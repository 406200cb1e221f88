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
    return y.recorded("softcapped", from: self) { dy, backpropagation in
      backpropagation.accumulate(into: self) { dx, accumulate in
        kernel_softcap_pullback(pointer, dy.pointer, dx, count, cap, accumulate)
      }
    }
  }
}
