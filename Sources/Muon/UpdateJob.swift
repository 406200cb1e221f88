import Autograd

/// The update of some elements of one parameter: what a thread or a rank takes on as a whole.
package struct UpdateJob: Sendable {
  /// Which elements; all of them, unless the rule moves every element on its own.
  package let elements: Range<Int>
  /// The work in it, by the estimate of the rule.
  package let operations: Double

  /// The jobs that the update of a parameter of this shape consists of.
  package static func jobs(of shape: Shape, by rule: any UpdateRule) -> [UpdateJob] {
    let length = rule is any ElementwiseRule ? 1 << 16 : max(shape.count, 1)
    return stride(from: 0, to: shape.count, by: length).map { start in
      let elements = start..<min(start + length, shape.count)
      return UpdateJob(
        elements: elements, operations: rule.operations(elements: elements.count, of: shape))
    }
  }
}

extension Array {
  /// Shares these jobs out, longest first, each to the one that has least to do.
  package func shared(among count: Int, by operations: (Element) -> Double) -> [[Element]] {
    var shares = [(jobs: [Element], operations: Double)](repeating: ([], 0), count: count)
    for (job, work) in map({ ($0, operations($0)) }).sorted(by: { $0.1 > $1.1 }) {
      let idlest = shares.indices.min { shares[$0].operations < shares[$1].operations } ?? 0
      shares[idlest].jobs.append(job)
      shares[idlest].operations += work
    }
    return shares.map(\.jobs)
  }
}
