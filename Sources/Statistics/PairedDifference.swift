import Autograd

/// The mean difference of two arms that ran on the same seeds, with Student's paired test.
package struct PairedDifference: Equatable, Sendable {
  package let mean: Double
  /// Of 95 %; nil of one seed.
  package let interval: ConfidenceInterval?
  /// The probability of a difference this large, in either direction, if there were none; nil of one
  /// seed.
  package let probability: Double?

  /// Takes the values of both arms in the order of their seeds.
  package init(of values: [Double], to reference: [Double]) {
    require(
      values.count == reference.count,
      "\(values.count) and \(reference.count) values are no pairs")
    let differences = Sample(zip(values, reference).map { $0 - $1 })
    mean = differences.mean
    interval = differences.interval()
    probability = differences.standardError.map { [mean] error in
      guard error > 0 else { return mean == 0 ? 1 : 0 }
      return 2
        * StudentsT(degreesOfFreedom: Double(differences.count - 1))
        .probability(below: -abs(mean / error))
    }
  }
}
