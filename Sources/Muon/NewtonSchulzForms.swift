import Autograd

extension NewtonSchulz {
  /// How the iteration is carried out: different work, the same result up to rounding.
  ///
  /// Every step multiplies `X` by a polynomial in its Gram matrix `G = X X^T`. All that is computed
  /// from `G` commutes and is symmetric, so half of each such product is enough, and the steps can
  /// be taken on the small `G` alone:
  ///
  ///     Z = a I + b G + c G^2;  Q = Z Q;  G = Z (Z G)        at the end  X = Q X
  ///
  /// Squaring `X` costs accuracy: rounding errors of `G` grow by the square of what the steps
  /// multiply small singular values by. So before that gets out of hand, `X = Q X` is computed, and
  /// `G` anew.
  ///
  /// The formulation on the Gram matrix, with its restarts, is that of "Gram Newton-Schulz" (2026).
  package enum Form: CaseIterable, Sendable {
    /// As it is written: the reference.
    case plain
    /// Back to `X` after every step: best for square matrices.
    case symmetric
    /// Back to `X` only where accuracy needs it: best when one side is longer than the other.
    case gram

    /// The fastest form for a matrix of this shape.
    ///
    /// By the count of operations, the Gram form is ahead as soon as a matrix is not square. But
    /// half of a product takes more than half of its time, at 256 x 256 0.62 of it by OpenBLAS.
    init(for shape: Shape) {
      require(shape.rank == 2, "orthogonalize: shape \(shape) is not a matrix")
      let (short, long) = (min(shape[0], shape[1]), max(shape[0], shape[1]))
      self = 4 * long >= 5 * short ? .gram : .symmetric
    }
  }

  /// What the steps before the last on one Gram matrix may multiply small singular values by.
  ///
  /// Its square times the rounding unit of 2^-24 stays below 1e-4. Three steps of Jordan's or of
  /// Polar Express are within it, and six of the convergent set, which is about as accurate as the
  /// plain form; one more step is several times worse.
  ///
  /// A Gram matrix of bfloat16 products starts with larger errors: within 12, singular values stay bounded
  /// for every set; within 35, Polar Express lifts one to 2.35.
  private static func largestGain(_ precision: Precision) -> Double {
    switch precision {
    case .float32: 35
    case .bfloat16: 12
    }
  }

  /// The steps, cut where the iteration returns from the Gram matrix to the matrix itself.
  private func segments(by form: Form, _ precision: Precision) -> [ArraySlice<Coefficients>] {
    var segments: [ArraySlice<Coefficients>] = []
    var (start, gain) = (0, 1.0)
    for (index, step) in coefficients.enumerated() {
      if index > start, form == .symmetric || gain > Self.largestGain(precision) {
        segments.append(coefficients[start..<index])
        (start, gain) = (index, 1)
      }
      gain *= max(1, abs(step.a))
    }
    return segments + [coefficients[start...]]
  }

  /// Sets `output = scale NS(matrix) + retained output`, in one of the fast forms.
  ///
  /// In bfloat16 are the products with the matrix itself, and those of Gram matrices that only one step
  /// is taken on: the rounding errors of others would grow too far.
  /// With `retained` 0 the output may be uninitialized.
  func orthogonalize(
    _ matrix: Tensor, by form: Form, _ precision: Precision,
    into output: UnsafeMutablePointer<Float>, scale: Float = 1, retained: Float = 0
  ) {
    require(!coefficients.isEmpty, "orthogonalize: no coefficients for \(matrix.shape)")
    Self.countCall()
    guard matrix.shape.count > 0 else { return }
    var x = matrix
    var factor = Float(1 / divisor(for: matrix))
    // The first products take in the factor, unless they would overflow or vanish without it.
    if !(1e-15...1e10).contains(factor) {
      x = matrix.detached.scaled(by: factor)
      factor = 1
    }
    let segments = segments(by: form, precision)
    for steps in segments.dropLast() {
      let next = Tensor(uninitialized: x.shape)
      multiplier(of: x, scale: factor, by: steps, precision)
        .multiply(x, scale: factor, into: next.pointer, retained: 0, precision)
      (x, factor) = (next, 1)
    }
    multiplier(of: x, scale: factor, by: segments[segments.count - 1], precision)
      .multiply(x, scale: scale * factor, into: output, retained: retained, precision)
  }

  /// The product of polynomials in the Gram matrix by which some steps multiply `scale x`.
  private func multiplier(
    of x: Tensor, scale: Float, by steps: ArraySlice<Coefficients>, _ precision: Precision
  ) -> SymmetricMatrix {
    let small = steps.count == 1 ? precision : .float32
    var gram = SymmetricMatrix(gramOf: x, scale: scale * scale, precision)
    var polynomial = gram.polynomial(steps[steps.startIndex], small)
    var product = polynomial
    for step in steps.dropFirst() {
      gram = polynomial.times(polynomial.times(gram, small), small)
      polynomial = gram.polynomial(step, small)
      product = polynomial.times(product, small)
    }
    return product
  }

  /// The work on one matrix, in floating-point operations, in the form it is done in.
  ///
  /// With sides `n <= m`, T steps and K Gram matrices: `K 3 n^2 m + (4 T - 3 K) n^3`. A Gram matrix
  /// costs `n^2 m`, as half of it is computed, and its return to `X` `2 n^2 m`. Every step squares
  /// a Gram matrix, and every step but the first on it takes three more symmetric products; each is
  /// `n^3`. For Jordan's five steps, in units of `n^3`:
  ///
  /// | matrix | plain: `T (4 n^2 m + 2 n^3)` | symmetric: K = 5 | Gram: K = 2 |
  /// |---|---|---|---|
  /// | n x n | 30 | 20 | 20 |
  /// | n x 4n | 90 | 65 | 38 |
  func operations(rows: Int, columns: Int, _ precision: Precision) -> Double {
    let (short, long) = (Double(min(rows, columns)), Double(max(rows, columns)))
    let steps = Double(coefficients.count)
    let returns = Double(segments(by: Form(for: [rows, columns]), precision).count)
    return short * short * (returns * 3 * long + (4 * steps - 3 * returns) * short)
  }
}
