import Experiments
import Figures
import NanoGPT
import Runs
import Statistics
import Text

/// Which tokens one arm predicts better than another: the loss by how often training has seen a token.
package enum TokenFrequency: Study {
  static let needs: String? = "what weights know of frequent and rare tokens"

  /// One arm: for every group of tokens, and for all, the losses of its seeds.
  package struct Knowledge {
    package let name: String
    let steps: Int
    let groups: [FrequencyGroups.Group]
    /// By group, most frequent first, then by seed.
    let losses: [[Double]]
    let finalLosses: [Double]
    /// Shares of last words that were found; empty where a text has none.
    let lastWords: [Double]
  }

  static func section(of experiments: [FinishedExperiment]) -> Section? {
    let studies = experiments.comparisons(.knowledge).compactMap { experiment, verdict, runs in
      arms(of: verdict, runs).map { (experiment: experiment, arms: $0) }
    }
    guard !studies.isEmpty else { return nil }
    return Section(
      title: "Who gains, frequent tokens or rare ones",
      paragraphs: [
        "Tokens are in groups of which each makes up a tenth of the training text, most frequent first. Losses are "
          + "means over seeds; differences are paired by seed, with intervals of 95 % by Student's t. Last words "
          + "are those of lines of held-out text, found when each of their tokens is the likeliest: a miniature of "
          + "LAMBADA."
      ],
      tables: studies.flatMap { experiment, arms in
        [("\(experiment.name), loss:", losses(arms)), ("All tokens, and last words:", words(arms))]
      },
      figures: studies.map { figure($0.arms, of: $0.experiment) })
  }

  /// Nil unless every run was evaluated.
  package static func arms(of verdict: Verdict, _ runs: [ArmRun]) -> [Knowledge]? {
    let arms = verdict.arms.compactMap { arm -> Knowledge? in
      let own = runs.filter { $0.arm == arm.name }
      let evaluations = own.compactMap(\.record.result.evaluation)
      guard let first = evaluations.first, evaluations.count == own.count,
        evaluations.allSatisfy({ $0.groups.map(\.tokens) == first.groups.map(\.tokens) })
      else { return nil }
      return Knowledge(
        name: arm.name, steps: arm.steps, groups: first.groups,
        losses: first.groups.indices.map { group in
          evaluations.compactMap { $0.groups[group].loss }
        },
        finalLosses: evaluations.map(\.loss),
        lastWords: evaluations.compactMap(\.lastWordAccuracy))
    }
    let isComparable = arms.allSatisfy {
      $0.groups.map(\.tokens) == arms[0].groups.map(\.tokens)
    }
    return arms.isEmpty || arms.count < verdict.arms.count || !isComparable ? nil : arms
  }

  /// How much more an arm loses than the first one, by group.
  package static func differences(of arm: Knowledge, to first: Knowledge) -> [PairedDifference?] {
    zip(arm.losses, first.losses).map { own, reference in
      own.count == reference.count && !own.isEmpty ? PairedDifference(of: own, to: reference) : nil
    }
  }

  private static func losses(_ arms: [Knowledge]) -> Table {
    let first = arms[0]
    var columns: [Table.Column<Int>] = [
      .left("part of the training text") { "\($0 + 1). tenth" },
      .right("tokens") { "\(first.groups[$0].tokens)" },
      .right("times in it") { "\(first.groups[$0].leastCount)-\(first.groups[$0].mostCount)" },
    ]
    columns += arms.map { arm in
      .right("\(arm.name), \(arm.steps) steps") { group in
        arm.losses[group].isEmpty ? "-" : Format.fixed(Sample(arm.losses[group]).mean, 3)
      }
    }
    columns += arms.dropFirst().map { arm in
      let differences = differences(of: arm, to: first)
      return .right("\(arm.name) less \(first.name)") { group in
        differences[group].map { text($0, 3) } ?? "-"
      }
    }
    return Table(Array(first.groups.indices), columns)
  }

  private static func words(_ arms: [Knowledge]) -> Table {
    let first = arms[0]
    func difference(_ own: [Double], _ reference: [Double], _ decimals: Int, times factor: Double)
      -> String
    {
      guard own.count == reference.count, !own.isEmpty else { return "-" }
      return text(
        PairedDifference(of: own.map { $0 * factor }, to: reference.map { $0 * factor }), decimals)
    }
    return Table(
      Array(arms.enumerated()),
      [
        .left("arm") { $0.element.name }, .right("steps") { "\($0.element.steps)" },
        .right("n") { "\($0.element.finalLosses.count)" },
        .right("loss") { Format.fixed(Sample($0.element.finalLosses).mean, 4) },
        .right("less \(first.name)") { index, arm in
          index == 0 ? "-" : difference(arm.finalLosses, first.finalLosses, 4, times: 1)
        },
        .right("last words found") { _, arm in
          arm.lastWords.isEmpty ? "-" : Format.percent(Sample(arm.lastWords).mean)
        },
        .right("less \(first.name), points of %") { index, arm in
          index == 0 ? "-" : difference(arm.lastWords, first.lastWords, 2, times: 100)
        },
      ])
  }

  /// `+0.046 (+0.041 to +0.049)`.
  static func text(_ difference: PairedDifference, _ decimals: Int) -> String {
    func signed(_ value: Double) -> String {
      let text = Format.fixed(value, decimals)
      return value < 0 && text.contains { ("1"..."9").contains($0) }
        ? text : "+" + text.trimmingPrefix("-")
    }
    let interval = difference.interval.map {
      " (\(signed($0.lower)) to \($0.upper.map(signed) ?? "?"))"
    }
    return signed(difference.mean) + (interval ?? "")
  }

  private static func figure(_ arms: [Knowledge], of experiment: FinishedExperiment) -> Figure {
    let (first, colors) = (arms[0], ArmColors(arms.map(\.name)))
    let marks = arms.dropFirst().flatMap { arm -> [Mark] in
      let points = differences(of: arm, to: first).enumerated().compactMap {
        group, difference -> Mark.Estimate? in
        difference.map { difference in
          let interval = difference.interval
          return (
            Double(group + 1), difference.mean, interval?.lower ?? difference.mean,
            interval?.upper ?? difference.mean
          )
        }
      }
      let name = "\(arm.name), \(arm.steps) steps"
      return [
        .line(points.map { ($0.x, $0.y) }, color: colors[arm.name], name: name),
        .estimates(points, color: colors[arm.name]),
      ]
    }
    return Figure(
      name: "\(experiment.name)-frequency",
      title: "Loss by how often training has seen a token, against \(first.name)",
      caption:
        "Tenths of the training text, most frequent tokens first. Above the dashed line \(first.name) "
        + "predicts them better. Bars are intervals of 95 %.",
      panels: [
        .plot(
          "Loss less that of \(first.name)", x: Axis("tenth of the training text"),
          y: Axis("nats per token"), marks: [.level(0, name: first.name)] + marks)
      ])
  }
}
