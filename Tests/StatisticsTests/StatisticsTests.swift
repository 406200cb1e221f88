import Autograd
import Foundation
import Statistics
import TestSupport
import Testing

/// Numbers of scipy, see Tests/Goldens/make_statistics_goldens.py.
private struct StatisticsGoldens: Decodable {
  let probabilities: [Probability]
  let quantiles: [Quantile]
  let incompleteBetas: [IncompleteBetaValue]
  let samples: [SampleValue]
  let seedsNeeded: [SeedsNeeded]
  let bootstraps: [BootstrapValue]
  let sequentialQuantiles: [SequentialQuantile]
  let sobolPoints: [[Double]]

  struct SequentialQuantile: Decodable {
    let confidence: Double
    let variance: Double
    let n: Int
    let t: Double
  }

  struct Probability: Decodable {
    let t: Double
    let v: Double
    let p: Double
  }

  struct Quantile: Decodable {
    let p: Double
    let v: Double
    let t: Double
  }

  struct IncompleteBetaValue: Decodable {
    let x: Double
    let a: Double
    let b: Double
    let value: Double
  }

  struct SampleValue: Decodable {
    let values: [Double]
    let target: Double
    let mean: Double
    let deviation: Double
    let statistic: Double
    let p: Double
    let lower: Double
    let upper: Double
  }

  struct SeedsNeeded: Decodable {
    let effect: Double
    let significance: Double
    let seeds: Int
  }

  struct BootstrapValue: Decodable {
    let seed: UInt64
    let arm: [Double]
    let baseline: [Double]
    let mean: [Double]
    let ratio: [Double]
  }

  init() throws {
    let decoder = JSONDecoder()
    decoder.keyDecodingStrategy = .convertFromSnakeCase
    self = try decoder.decode(
      StatisticsGoldens.self, from: Data(contentsOf: golden("statistics_goldens.json")))
  }
}

/// Expects two numbers to agree to a share of the expected one.
private func expectClose(
  _ actual: Double, _ expected: Double, relative: Double = 1e-11, _ what: String = "",
  sourceLocation: SourceLocation = #_sourceLocation
) {
  #expect(
    abs(actual - expected) <= relative * abs(expected), "\(what): \(actual), not \(expected)",
    sourceLocation: sourceLocation)
}

@Suite struct StatisticsTests {
  private let goldens: StatisticsGoldens

  init() throws {
    goldens = try StatisticsGoldens()
  }

  @Test func theIncompleteBetaFunctionIsThatOfSciPy() {
    #expect(goldens.incompleteBetas.count == 36)
    for item in goldens.incompleteBetas {
      expectClose(
        IncompleteBeta.regularized(item.x, complement: 1 - item.x, a: item.a, b: item.b),
        item.value, "I_\(item.x)(\(item.a), \(item.b))")
    }
    #expect(IncompleteBeta.regularized(0, complement: 1, a: 2, b: 3) == 0)
    #expect(IncompleteBeta.regularized(1, complement: 0, a: 2, b: 3) == 1)
  }

  @Test func studentsTIsThatOfSciPyInItsFarTailsToo() {
    #expect(goldens.probabilities.contains { $0.p > 0 && $0.p < 1e-30 })
    #expect(goldens.probabilities.contains { $0.v == 1e6 })
    for item in goldens.probabilities {
      // The logarithm of the gamma function loses digits where it is a million.
      expectClose(
        StudentsT(degreesOfFreedom: item.v).probability(below: item.t), item.p,
        relative: item.v > 1000 ? 1e-8 : 1e-11, "t \(item.t), v \(item.v)")
    }
    let distribution = StudentsT(degreesOfFreedom: 4)
    #expect(distribution.probability(below: -.infinity) == 0)
    #expect(distribution.probability(below: .infinity) == 1)
  }

  @Test(arguments: [0, 1e-200, 1e-9, 1e-4, 0.7, 30, 1e9])
  func studentsTIsItsClosedForm(_ t: Double) {
    for t in [t, -t] {
      // From the side of the smaller probability there is no cancellation.
      let one = t < -1 ? atan(-1 / t) / .pi : 0.5 + atan(t) / .pi
      expectClose(StudentsT(degreesOfFreedom: 1).probability(below: t), one, "t \(t), v 1")
      let root = (2 + t * t).squareRoot()
      let two = t < 0 ? 1 / (root * (root - t)) : 0.5 + t / (2 * root)
      expectClose(StudentsT(degreesOfFreedom: 2).probability(below: t), two, "t \(t), v 2")
    }
  }

  @Test func quantilesAreThoseOfSciPy() {
    for item in goldens.quantiles {
      expectClose(
        StudentsT(degreesOfFreedom: item.v).quantile(item.p), item.t, relative: 1e-10,
        "share \(item.p), v \(item.v)")
    }
  }

  @Test func testsOfSamplesAreThoseOfSciPy() throws {
    #expect(goldens.samples.contains { $0.p < 1e-30 } && goldens.samples.contains { $0.p > 0.9 })
    for item in goldens.samples {
      let sample = Sample(item.values)
      let deviation = try #require(sample.standardDeviation)
      let test = try #require(TTest(sample, isBelow: item.target))
      let interval = try #require(sample.interval())
      let name = "\(item.values.count) values from \(item.values[0])"
      expectClose(sample.mean, item.mean, relative: 1e-15, name)
      // The values near 2.87 that differ by 1e-9 have only seven digits of a difference.
      expectClose(deviation, item.deviation, relative: 1e-9, name)
      expectClose(test.statistic, item.statistic, relative: 1e-7, name)
      expectClose(test.probability, item.p, relative: 1e-6, name)
      expectClose(interval.lower, item.lower, name)
      expectClose(try #require(interval.upper), item.upper, name)
    }
  }

  @Test func aSampleWithoutSpreadIsBelowOrNot() throws {
    let sample = Sample([2.5, 2.5, 2.5])
    #expect(sample.standardDeviation == 0)
    #expect(TTest(sample, isBelow: 2.6)?.probability == 0)
    #expect(TTest(sample, isBelow: 2.5)?.probability == 1)
    #expect(TTest(sample, isBelow: 2.4)?.probability == 1)
    #expect(TTest(Sample([2.4, 2.6]), isBelow: 2.5)?.probability == 0.5)
  }

  @Test func oneValueSaysNothingAboutSpread() {
    let sample = Sample([2.5])
    #expect(sample.mean == 2.5)
    #expect(sample.standardDeviation == nil)
    #expect(sample.interval() == nil)
    #expect(TTest(sample, isBelow: 3) == nil)
  }

  @Test func theSeedsNeededAreTheFewestThatPass() {
    for item in goldens.seedsNeeded {
      #expect(
        TTest.seedsNeeded(effect: item.effect, significance: item.significance) == item.seeds,
        "effect \(item.effect), significance \(item.significance)")
    }
    #expect(TTest.seedsNeeded(effect: 0) == nil)
    #expect(TTest.seedsNeeded(effect: -1) == nil)
    #expect(TTest.seedsNeeded(effect: 0.01) == nil, "55 000 would be needed")
    #expect(TTest.seedsNeeded(effect: .infinity) == 2)
  }

  @Test func bootstrapIntervalsRepeatToTheLastDigit() throws {
    for item in goldens.bootstraps {
      var bootstrap = Bootstrap()
      bootstrap.seed = item.seed
      let draws = bootstrap.draws(from: item.arm.count)
      #expect(draws.count == 10_000)
      func interval(_ statistic: ([Int]) -> Double) -> ConfidenceInterval {
        bootstrap.interval(of: draws.map { statistic($0)...statistic($0) })
      }
      func mean(_ values: [Double], _ draw: [Int]) -> Double {
        Sample(draw.map { values[$0] }).mean
      }
      let means = interval { mean(item.arm, $0) }
      expectClose(means.lower, item.mean[0], relative: 1e-15)
      expectClose(try #require(means.upper), item.mean[1], relative: 1e-15)
      let ratios = interval { mean(item.arm, $0) / mean(item.baseline, $0) }
      expectClose(ratios.lower, item.ratio[0], relative: 1e-15)
      expectClose(try #require(ratios.upper), item.ratio[1], relative: 1e-15)
    }
  }

  /// scipy integrates over the noncentral t distribution; here is the closed form.
  @Test func quantilesOfASequenceAreThoseOfTheMixture() {
    #expect(goldens.sequentialQuantiles.count == 12)
    for item in goldens.sequentialQuantiles {
      let sequence = ConfidenceSequence(
        confidence: item.confidence, effectVariance: item.variance)
      expectClose(sequence.quantile(of: item.n), item.t, relative: 1e-9, "n \(item.n)")
    }
    #expect(ConfidenceSequence().quantile(of: 2) == .infinity)
    #expect(ConfidenceSequence().interval(of: Sample([1, 2])) == nil)
    #expect(ConfidenceSequence().interval(of: Sample([1, 1, 1]))?.lower == 1)
  }

  /// 10 000 times a hundred looks: one interval of 95 % misses in 5 % of them at the most, where Student's would in
  /// every third.
  @Test func aSequenceHoldsAtEveryLook() throws {
    var random = SplitMix64(seed: 1)
    let (sequence, looks) = (ConfidenceSequence(), 3...100)
    let quantiles = looks.map(sequence.quantile)
    let students = looks.map { StudentsT(degreesOfFreedom: Double($0 - 1)).quantile(0.975) }
    var (misses, studentsMisses) = (0, 0)
    for _ in 0..<10_000 {
      var (sum, squares) = (0.0, 0.0)
      var most = (sequence: 0.0, student: 0.0)
      for count in 1...looks.upperBound {
        let value = random.normal()
        (sum, squares) = (sum + value, squares + value * value)
        guard looks.contains(count) else { continue }
        let n = Double(count)
        let t = abs(sum) / (n * max(squares - sum * sum / n, 0) / (n - 1)).squareRoot()
        let index = count - looks.lowerBound
        most.sequence = max(most.sequence, t / quantiles[index])
        most.student = max(most.student, t / students[index])
      }
      if most.sequence > 1 { misses += 1 }
      if most.student > 1 { studentsMisses += 1 }
    }
    #expect(misses <= 500, "\(misses)")
    #expect(studentsMisses > 3000, "\(studentsMisses)")
  }

  @Test func sobolPointsAreThoseOfSciPy() {
    #expect(goldens.sobolPoints.count == 63)
    for dimensions in [1, 3, 12] {
      let points = Array(Sobol(dimensions: dimensions).prefix(63))
      #expect(points == goldens.sobolPoints.map { Array($0.prefix(dimensions)) })
    }
  }

  @Test func whatIsOpenWidensAnInterval() {
    var bootstrap = Bootstrap()
    bootstrap.confidence = 0.5
    let closed = (1...7).map { Double($0)...Double($0) }
    #expect(bootstrap.interval(of: closed) == ConfidenceInterval(lower: 2, upper: 6))
    let open = closed.dropLast(2) + [4...Double.infinity, 0...Double.infinity]
    let interval = bootstrap.interval(of: Array(open))
    #expect(interval == ConfidenceInterval(lower: 1, upper: .infinity))
    #expect(interval.upper == nil && interval.contains(1e300) && !interval.contains(0.5))
  }
}
