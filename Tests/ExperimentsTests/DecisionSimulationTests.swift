import Autograd
import Experiments
import Foundation
import Runs
import Statistics
import TestSupport
import Testing
import Text

/// Comparisons that add seeds until they are decided, 10 000 of each kind, with the spreads of recorded ones.
///
/// `swift test -c release --filter DecisionSimulation` prints the table.
@Suite struct DecisionSimulationTests {
  private static let comparisons = 10_000
  private static let mostSeeds = 30

  /// The logarithms of Muon's arrivals over AdamW's in record `sprint`, by seed.
  private static func recorded() throws -> [Double] {
    let url = CommittedRecordsTests.directory.appending(path: "sprint")
    let record = try ExperimentRecord(in: url)
    let pack = try Pack(in: url)
    var experiment = try Experiment(try Request(of: record), in: url)
    while let (trial, _) = try experiment.next() {
      try experiment.note(try #require(try pack.run(of: trial)))
    }
    let target = try #require(record.track.target)
    let arrivals = ["muon", "adamw"].map { name in
      ArmCurves(
        experiment.comparedRuns.first { $0.arm.name == name }?.runs.map {
          (seed: $0.trial.seed, validations: $0.log.validations)
        } ?? []
      ).arrivals(at: target)
    }
    return try zip(arrivals[0], arrivals[1]).map { log(try #require($0) / (try #require($1))) }
  }

  /// How a comparison's seeds differ from its true ratio.
  private enum Spread: String, CaseIterable {
    /// As recorded, drawn again.
    case recorded = "as recorded"
    /// With the recorded deviation.
    case normal
    /// With two and a half times that, from Student's t with 3 degrees of freedom: now and then a seed far off.
    case wild = "2.5 times, far tails"
  }

  private struct Row {
    let ratio: Double
    let spread: Spread
    var answers: [DecisionRule.Answer: Int] = [:]
    var seeds: [Int] = []
    var covered = 0

    func share(_ answer: DecisionRule.Answer) -> Double {
      Double(answers[answer, default: 0]) / Double(seeds.count)
    }

    /// The share of answers that are not true.
    var wrong: Double {
      let within = DecisionRule().within
      let isAlike = abs(ratio - 1) <= within
      return (ratio >= 1 ? share(.faster) : 0) + (ratio <= 1 ? share(.slower) : 0)
        + (isAlike ? 0 : share(.alike))
    }
  }

  private static func simulate(_ ratio: Double, _ spread: Spread, _ recorded: Sample) -> Row {
    let deviation = recorded.standardDeviation ?? 0
    // The recorded ones drawn again spread less than what they were drawn from.
    let widening = (Double(recorded.count) / Double(recorded.count - 1)).squareRoot()
    var random = SplitMix64(seed: UInt64(1000 * ratio) + UInt64(spread.rawValue.utf8.count))
    func draw() -> Double {
      switch spread {
      case .recorded:
        let index = Int(random.next() % UInt64(recorded.count))
        return widening * (recorded.values[index] - recorded.mean)
      case .normal: return deviation * random.normal()
      case .wild:
        let chi = (0..<3).reduce(0.0) { sum, _ in
          let value = random.normal()
          return sum + value * value
        }
        return 2.5 * deviation * random.normal() / (chi / 3).squareRoot() / 3.0.squareRoot()
      }
    }
    let rule = DecisionRule()
    var row = Row(ratio: ratio, spread: spread)
    for _ in 0..<comparisons {
      var values: [Double] = []
      var (answer, interval): (DecisionRule.Answer, ConfidenceInterval?) = (.open, nil)
      while answer == .open, values.count < mostSeeds {
        values.append(log(ratio) + draw())
        (answer, interval) = rule.judge(Sample(values))
      }
      row.answers[answer, default: 0] += 1
      row.seeds.append(values.count)
      if interval?.contains(ratio) ?? true { row.covered += 1 }
    }
    return row
  }

  @Test func falseVerdictsAreAsRareAsStatedUnderPeeking() throws {
    let recorded = Sample(try Self.recorded())
    let rows = Spread.allCases.flatMap { spread in
      [1, 0.97, 0.95, 0.9, exp(recorded.mean)].map { Self.simulate($0, spread, recorded) }
    }
    let table = Table(
      rows,
      [
        .left("spread", \.spread.rawValue), .right("true ratio") { Format.fixed($0.ratio, 2) },
        .right("wrong") { Format.percent($0.wrong) },
        .right("interval has it") { Format.percent(Double($0.covered) / Double($0.seeds.count)) },
        .right("faster") { Format.percent($0.share(.faster)) },
        .right("alike") { Format.percent($0.share(.alike)) },
        .right("open at 30") { Format.percent($0.share(.open)) },
        .right("seeds, mean") {
          Format.fixed(Double($0.seeds.reduce(0, +)) / Double($0.seeds.count), 1)
        },
        .right("19 of 20 by") { "\($0.seeds.sorted()[$0.seeds.count * 19 / 20])" },
      ])
    print("deviation of the logarithm \(recorded.standardDeviation ?? .nan)\n\(table.text)")
    for row in rows {
      #expect(row.seeds.count == Self.comparisons)
      #expect(row.wrong <= 0.05, "\(row.spread) \(row.ratio)")
      #expect(row.covered >= Self.comparisons * 95 / 100, "\(row.spread) \(row.ratio)")
    }
    let clear = try #require(rows.first { $0.ratio == exp(recorded.mean) && $0.spread == .normal })
    #expect(clear.share(.faster) > 0.99)
  }
}
