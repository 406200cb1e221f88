import Experiments
import Foundation
import Muon
import Runs
import Statistics
import Text

/// Whether the best learning rate of the matrices moves with the width: searches for that rate and nothing else.
package struct BestRates: Study {
  /// What a search of one optimizer found at one width.
  package struct Best {
    let name: String
    let link: String
    package let width: Int
    package let arm: String
    /// Where the parabola through the lowest loss and its neighbors is lowest; at an end of what was tried, that end.
    package let rate: Double
    let isAtEnd: Bool
    let loss: Double
    /// What the track has without the search, and the loss there; nil where that was not tried.
    let usual: (rate: Double, loss: Double)?
  }

  /// By arm, ascending by width.
  package let found: [(arm: String, best: [Best])]

  static let needs: String? = nil

  static func section(of experiments: [FinishedExperiment]) -> Section? {
    let study = BestRates(experiments)
    guard study.found.contains(where: { $0.best.count > 1 }) else { return nil }
    return Section(
      title: "Does the best learning rate move with the width",
      paragraphs: [
        "Searches for the rate of the matrices and nothing else, with one seed. The best rate is the lowest point of a "
          + "parabola through the lowest loss and its two neighbors. The tracks give AdamW a rate in proportion to one "
          + "over the width, and Muon the same at every width. "
          + study.found.compactMap(Self.sentence).joined(separator: " ")
      ],
      tables: [("", study.table)])
  }

  package init(_ experiments: [FinishedExperiment]) {
    let all = experiments.sweeps(.search).flatMap { experiment, ranking, trials in
      ranking.arms.compactMap { arm in
        Best(arm, trials.filter { $0.arm == arm.name }, experiment)
      }
    }
    found = all.map(\.arm).unique.map { arm in
      (arm, all.filter { $0.arm == arm }.sorted { $0.width < $1.width })
    }.filter { Set($0.best.map(\.width)).count > 1 }
  }

  /// The power of the width that the best rate goes with.
  package static func power(of best: [Best]) -> Double? {
    StraightLine(through: best.map { (log(Double($0.width)), log($0.rate)) })?.slope
  }

  private static func sentence(_ arm: String, _ best: [Best]) -> String? {
    power(of: best).map { power in
      "That of \(arm) goes with the width to the power of \(Format.fixed(power, 2))"
        + (best.contains(where: \.isAtEnd) ? ", and lies at an end of what was tried." : ".")
    }
  }

  private var table: Table {
    Table(
      found.flatMap(\.best),
      [
        .left("arm", \.arm), .right("width") { "\($0.width)" },
        .right("best rate") { Format.significant($0.rate, 3) + ($0.isAtEnd ? "*" : "") },
        .right("lowest loss tried") { Format.fixed($0.loss, 4) },
        .right("the track's rate") {
          $0.usual.map { Format.significant($0.rate, 3) } ?? "-"
        },
        .right("loss there") { $0.usual.map { Format.fixed($0.loss, 4) } ?? "-" },
        Table.Column("record") { .link($0.name, to: $0.link) },
      ])
  }
}

extension BestRates.Best {
  /// Nil of a search for anything else, or one without three rates that can be compared.
  fileprivate init?(
    _ arm: Ranking.ArmResult, _ trials: [TrialLine], _ experiment: FinishedExperiment
  ) {
    let key = "\(arm.optimizer).learning_rate"
    guard arm.keys == [key] else { return nil }
    let points = trials.compactMap { trial -> (rate: Double, loss: Double)? in
      let setting = trial.settings.first { $0.hasPrefix(key + "=") }
      guard let rate = setting.flatMap({ Double($0.dropFirst(key.count + 1)) }),
        let loss = trial.finalValLoss
      else { return nil }
      return (rate, loss)
    }.sorted { $0.rate < $1.rate }
    guard points.count > 2, Set(points.map(\.rate)).count == points.count,
      let lowest = points.indices.min(by: { points[$0].loss < points[$1].loss })
    else { return nil }
    let usual = experiment.recipe(of: arm.optimizer, with: [])?.hidden.rule.learningRate
    name = experiment.name
    link = experiment.link
    width = experiment.record.track.model.modelDimension
    self.arm = arm.name
    isAtEnd = lowest == 0 || lowest == points.count - 1
    loss = points[lowest].loss
    rate =
      isAtEnd
      ? points[lowest].rate
      : exp(
        Self.lowest(of: points[lowest - 1...lowest + 1].map { (log($0.rate), $0.loss) }))
    self.usual = usual.flatMap { usual in
      points.first { abs($0.rate / usual - 1) < 0.01 }
    }
  }

  /// Where the parabola through three points is lowest, the middle one of which is the lowest of them.
  private static func lowest(of points: [(x: Double, y: Double)]) -> Double {
    let (a, b, c) = (points[0], points[1], points[2])
    let (left, right) = ((b.x - a.x) * (b.y - c.y), (b.x - c.x) * (b.y - a.y))
    return left == right
      ? b.x : b.x - ((b.x - a.x) * left - (b.x - c.x) * right) / (2 * (left - right))
  }
}
