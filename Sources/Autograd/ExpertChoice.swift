import CKernels

/// Which experts the rows of a tensor go to: the rows by expert, and how much each expert's answer counts.
///
/// Made by ``Tensor/choosingExperts(_:bias:)``.
public struct ExpertChoice {
  /// The row of every visit: those of expert 0 in rising order, then those of expert 1, ...
  public let rows: [UInt16]
  /// The number of visits to each expert: its load.
  public let loads: [Int]
  /// The weight of every visit, in the order of ``rows``.
  public let gates: Tensor
}

extension Tensor {
  /// Chooses a few experts for every row, given a score for each of them.
  ///
  ///     self   [rows, experts], scores z
  ///     bias   [experts], which has a say in the choice only
  ///     a      1 / (1 + e^-z), the affinities
  ///     C      the `active` experts with the greatest a + bias; of equal ones the first
  ///     gates  one for each row and expert of its C:  sqrt(active) a / (1e-20 + sum of a over C)
  ///
  /// Affinities by a sigmoid, weighted by their share in the sum, with a bias for balance, are those of DeepSeek-V3
  /// (2024), arXiv:2412.19437. The factor gives the sum of so many independent answers, equally weighted, the size of
  /// one: Moonlight's gate scaling factor (2025), arXiv:2502.16982, appendix C.
  ///
  /// Pullback, for each row and expert of its C, with `g` its gate and `m` the sum of `g dg` over C divided by
  /// `sqrt(active)`: `dz += g (1 - a) (dg - m)`. The bias has no gradient, as the choice is what it is; in its place
  /// arrives the load, the number of rows that went to each expert, for a rule that evens it out. It is a whole
  /// number, so the sum over a batch of fewer than 2^24 visits has the same bits in any order.
  ///
  /// - Parameters:
  ///   - active: The experts of a row, at least 1.
  ///   - bias: What is added to the affinities for the choice.
  /// - Returns: The choice, whose gates carry gradients back.
  public func choosingExperts(_ active: Int, bias: Tensor) -> ExpertChoice {
    require(
      shape.rank == 2 && bias.shape == [shape[1]] && (1...max(shape[1], 1)).contains(active),
      "choosingExperts: \(active) by scores \(shape) and bias \(bias.shape)")
    let (rows, experts) = (shape[0], shape[1])
    require(rows <= 1 << 16, "choosingExperts: \(rows) rows, at most \(1 << 16)")
    let affinities = Tensor(uninitialized: shape)
    kernel_sigmoid(pointer, affinities.pointer, shape.count)
    let visitors = Self.visitors(of: affinities, bias: bias, active: active)
    let visits = visitors.enumerated().flatMap { expert, rows in
      rows.map { (row: Int($0), element: Int($0) * experts + expert) }
    }
    let loads = visitors.map(\.count)

    let factor = Float(active).squareRoot()
    var sums = [Float](repeating: 1e-20, count: rows)
    for (row, element) in visits { sums[row] += affinities.pointer[element] }
    let gates = Tensor(
      visits.map { factor * affinities.pointer[$0.element] / sums[$0.row] }, shape: [visits.count])
    let recorded = gates.recorded("choosingExperts", part: .elementWise, from: self, bias) {
      dGates, backpropagation in
      var means = [Float](repeating: 0, count: rows)
      for (visit, (row, _)) in visits.enumerated() {
        means[row] += gates.pointer[visit] * dGates.pointer[visit] / factor
      }
      backpropagation.accumulate(into: self) { dScores, accumulate in
        if !accumulate { dScores.update(repeating: 0, count: rows * experts) }
        for (visit, (row, element)) in visits.enumerated() {
          dScores[element] +=
            gates.pointer[visit] * (1 - affinities.pointer[element])
            * (dGates.pointer[visit] - means[row])
        }
      }
      backpropagation.accumulate(into: bias) { load, accumulate in
        for (expert, count) in loads.enumerated() {
          load[expert] = (accumulate ? load[expert] : 0) + Float(count)
        }
      }
    }
    return ExpertChoice(rows: visitors.flatMap { $0 }, loads: loads, gates: recorded)
  }

  /// The rows that choose each expert, in rising order.
  private static func visitors(
    of affinities: Tensor, bias: Tensor, active: Int
  ) -> [[UInt16]] {
    let (rows, experts) = (affinities.shape[0], affinities.shape[1])
    var visitors = [[UInt16]](repeating: [], count: experts)
    var ranks = [Float](repeating: 0, count: experts)
    for row in 0..<rows {
      let a = affinities.pointer + row * experts
      for expert in ranks.indices { ranks[expert] = a[expert] + bias.pointer[expert] }
      for _ in 0..<active {
        // No comparison with a NaN is true, so that one of those left is chosen whatever they are.
        var best = ranks.firstIndex { !($0 == -.infinity) } ?? 0
        for expert in best..<experts where ranks[expert] > ranks[best] { best = expert }
        ranks[best] = -.infinity
        visitors[best].append(UInt16(row))
      }
    }
    return visitors
  }
}
