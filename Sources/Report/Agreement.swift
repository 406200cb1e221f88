import Experiments
import Foundation
import Runs
import Statistics
import Text

/// Whether two tracks say the same of the same recipes: their ratios to AdamW in steps, side by side.
///
/// Every recipe has a schedule of its own and ends at some loss. What it needs is told by the lengths of Muon's
/// schedule on that track: a recipe of N steps that ends where Muon ends after W takes N / W of Muon's steps, wherever
/// that loss is. The ratio of two recipes is that of these quotients.
package struct Agreement: Study {
  /// What is known of a recipe on one track.
  package struct Estimate: Sendable {
    /// Of its steps to AdamW's.
    package let ratio: Double
    /// Of 95 %.
    package let interval: ConfidenceInterval
    package let seeds: Int

    var text: String { "\(Format.fixed(ratio, 2)) (\(interval.ratioText))" }
  }

  /// The names of the two tracks.
  package let tracks: [String]
  /// Recipes that both have, with the estimate on each.
  package let rows: [(name: String, estimates: [Estimate])]
  /// Spearman's, AdamW among the recipes.
  package let rankCorrelation: Double

  private static let baseline = "adamw"
  private static let reference = "muon"
  /// The fewest recipes that two tracks are compared by.
  private static let leastRecipes = 3

  static let needs: String? = nil

  static func section(of experiments: [FinishedExperiment]) -> Section? {
    let studies = all(in: experiments)
    guard !studies.isEmpty else { return nil }
    return Section(
      title: "Do two tracks say the same?",
      paragraphs: [
        "The steps that a recipe needs, over those of AdamW. A recipe's own schedule is worth as many steps "
          + "of Muon's as end at the same loss, and the ratio is that of these exchange rates. Intervals of "
          + "95 % are Welch's, over seeds of either arm."
      ] + studies.map(\.sentence),
      tables: studies.map { ("\($0.tracks.joined(separator: " and ")):", $0.table) })
  }

  package static func all(in experiments: [FinishedExperiment]) -> [Agreement] {
    let lengths = Lengths.all(in: experiments)
    let tracks = lengths.compactMap { study -> (name: String, estimates: [(String, Estimate)])? in
      let estimates = estimates(by: study, of: experiments)
      return estimates.isEmpty ? nil : (study.experiment.record.track.name, estimates)
    }
    return tracks.indices.flatMap { first in
      tracks.indices.dropFirst(first + 1).compactMap { second in
        Agreement(tracks[first], tracks[second])
      }
    }
  }

  private init?(
    _ first: (name: String, estimates: [(String, Estimate)]),
    _ second: (name: String, estimates: [(String, Estimate)])
  ) {
    let others = Dictionary(second.estimates) { first, _ in first }
    let rows = first.estimates.compactMap { name, estimate in
      others[name].map { (name: name, estimates: [estimate, $0]) }
    }.sorted { $0.estimates[0].ratio < $1.estimates[0].ratio }
    guard rows.count >= Self.leastRecipes else { return nil }
    self.rows = rows
    tracks = [first.name, second.name]
    let ratios = [0, 1].map { side in rows.map { $0.estimates[side].ratio } + [1] }
    rankCorrelation = Self.correlation(Self.ranks(ratios[0]), Self.ranks(ratios[1]))
  }

  /// Every recipe of the track of a study of lengths, by the record that has the most seeds of it.
  private static func estimates(
    by study: Lengths, of experiments: [FinishedExperiment]
  ) -> [(String, Estimate)] {
    guard let curve = study.families.first(where: { $0.name == reference })?.curve else {
      return []
    }
    var samples: [String: Sample] = [:]
    var names: [String] = []
    for purpose in [Purpose.leaderboard, .ablations] {
      for (experiment, verdict, runs) in experiments.comparisons(purpose)
      where study.isOfTheTrack(of: experiment.record) {
        for arm in verdict.arms {
          let rates = runs.finalLosses(of: arm.name)?.compactMap { loss in
            curve.steps(to: loss, beyond: 1.1).value.map { log(Double(arm.steps) / $0) }
          }
          guard let rates, rates.count == verdict.seeds.count, rates.count > 1 else { continue }
          if samples[arm.name] == nil { names.append(arm.name) }
          if samples[arm.name].map({ $0.count < rates.count }) ?? true {
            samples[arm.name] = Sample(rates)
          }
        }
      }
    }
    guard let adamw = samples[baseline] else { return [] }
    return names.filter { $0 != baseline }.compactMap { name in
      samples[name].flatMap { sample in Estimate(sample, over: adamw).map { (name, $0) } }
    }
  }

  /// How alike the ranks are, in words.
  private var sentence: String {
    let apart = rows.filter { row in
      let (a, b) = (row.estimates[0].interval, row.estimates[1].interval)
      return !a.contains(b.lower) && !a.contains(b.upper ?? .infinity) && !b.contains(a.lower)
    }.map(\.name)
    return
      "On \(tracks[0]) and \(tracks[1]), \(Format.count(rows.count + 1, "recipe")) are ranked with a "
      + "correlation of \(Format.fixed(rankCorrelation, 2)) (Spearman). "
      + (apart.isEmpty
        ? "No recipe's intervals are apart."
        : "The intervals of \(apart.joined(separator: ", ")) are apart.")
  }

  private var table: Table {
    Table(
      rows,
      [.left("recipe") { $0.name }]
        + tracks.indices.flatMap { side in
          [
            .right("steps / AdamW's on \(tracks[side]), 95 %") { $0.estimates[side].text },
            .right("seeds") { "\($0.estimates[side].seeds)" },
          ]
        })
  }

  /// The place of each value among them, equal ones sharing the mean.
  private static func ranks(_ values: [Double]) -> [Double] {
    values.map { value in
      let below = values.count { $0 < value }
      let equal = values.count { $0 == value }
      return Double(below) + Double(equal + 1) / 2
    }
  }

  private static func correlation(_ a: [Double], _ b: [Double]) -> Double {
    let (meanA, meanB) = (Sample(a).mean, Sample(b).mean)
    func product(_ a: [Double], _ meanA: Double, _ b: [Double], _ meanB: Double) -> Double {
      zip(a, b).reduce(0) { $0 + ($1.0 - meanA) * ($1.1 - meanB) }
    }
    return product(a, meanA, b, meanB)
      / (product(a, meanA, a, meanA) * product(b, meanB, b, meanB)).squareRoot()
  }
}

extension Agreement.Estimate {
  /// The ratio of two samples of logarithms; nil where neither varies.
  init?(_ arm: Sample, over baseline: Sample) {
    guard let own = arm.standardError, let other = baseline.standardError else { return nil }
    let (a, b) = (own * own, other * other)
    guard a + b > 0 else { return nil }
    // Welch and Satterthwaite.
    let freedom =
      (a + b) * (a + b) / (a * a / Double(arm.count - 1) + b * b / Double(baseline.count - 1))
    let radius = StudentsT(degreesOfFreedom: freedom).quantile(0.975) * (a + b).squareRoot()
    let middle = arm.mean - baseline.mean
    self.init(
      ratio: exp(middle),
      interval: ConfidenceInterval(lower: exp(middle - radius), upper: exp(middle + radius)),
      seeds: arm.count)
  }
}
