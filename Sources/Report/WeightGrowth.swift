import Autograd
import Experiments
import Figures
import NanoGPT
import Runs
import Statistics
import Text

/// How weights and scores grow over long runs, with weight decay and without: the arms of a comparison against its
/// first.
enum WeightGrowth: Study {
  static let needs: String? = "long runs with and without decay"

  /// What the matrices inside the blocks are like at a step: means over seeds of the median matrix.
  struct Look {
    let step: Int
    let rootMeanSquare: Sample
    let spectralNorm: Sample
  }

  /// One arm.
  struct Growth {
    let name: String
    let settings: [String]
    let losses: Sample?
    let difference: PairedDifference?
    let looks: [Look]
    let evaluations: [TextEvaluation]

    /// How many times as large the last look is as the first after the start.
    var factor: Double? {
      guard let first = looks.first, let last = looks.last, first.step < last.step else {
        return nil
      }
      return last.rootMeanSquare.mean / first.rootMeanSquare.mean
    }
  }

  static func section(of experiments: [FinishedExperiment]) -> Section? {
    let studies = experiments.comparisons(.growth).map { experiment, verdict, runs in
      (experiment: experiment, arms: arms(of: verdict, runs))
    }
    guard !studies.isEmpty else { return nil }
    return Section(
      title: "How weights grow in long runs, with decay and without",
      paragraphs: [
        "Weights: the median over the matrices inside the blocks of the root mean square of their elements, and of "
          + "their largest singular value, at the last look. Scores are the largest over some windows of the "
          + "validation set, those of tokens before the softcap. Queries and keys are normalized here, so those of "
          + "attention cannot grow with the weights. Differences are paired by seed, against the first arm."
      ],
      tables: studies.map { ("\($0.experiment.name):", table($0.arms)) },
      figures: studies.compactMap { figure($0.arms, of: $0.experiment) })
  }

  static func arms(of verdict: Verdict, _ runs: [ArmRun]) -> [Growth] {
    verdict.arms.map { arm in
      let own = runs.filter { $0.arm == arm.name }
      let losses = runs.finalLosses(of: arm.name)
      return Growth(
        name: arm.name, settings: arm.settings, losses: losses.map { Sample($0) },
        difference: runs.difference(of: arm.name, to: verdict.arms[0].name),
        looks: looks(at: own.map(\.log)),
        evaluations: own.compactMap(\.record.result.evaluation))
    }
  }

  /// The looks that all logs have, but for that at the initial weights.
  private static func looks(at logs: [RunLog]) -> [Look] {
    guard let plan = logs.first?.plan else { return [] }
    let elements = Dictionary(
      uniqueKeysWithValues: plan.model(in: ParameterScope(seed: 0)).hiddenMatrices.map {
        ($0.name, $0.shape.count)
      })
    let bySeed = logs.map { Dictionary(grouping: $0.diagnostics, by: \.step) }
    let steps = (bySeed.first ?? [:]).keys.filter { $0 > 0 }.sorted()
    return steps.compactMap { step in
      let looks = bySeed.compactMap { $0[step] }
      let sizes = looks.compactMap { events in
        events.compactMap { event in
          event.weightNorm.flatMap { norm in
            elements[event.matrix].map { Double(norm) / Double($0).squareRoot() }
          }
        }.median
      }
      let norms = looks.compactMap { $0.compactMap(\.weightSpectralNorm).map(Double.init).median }
      guard sizes.count == logs.count, norms.count == logs.count else { return nil }
      return Look(step: step, rootMeanSquare: Sample(sizes), spectralNorm: Sample(norms))
    }
  }

  private static func table(_ arms: [Growth]) -> Table {
    func largest(_ value: @escaping (TextEvaluation) -> Float?) -> (Growth) -> String {
      { arm in
        let values = arm.evaluations.compactMap(value).map(Double.init)
        return values.isEmpty ? "-" : Format.significant(Sample(values).mean, 3)
      }
    }
    return Table(
      arms,
      [
        .left("arm", \.name), .code("settings") { $0.settings.joined(separator: " ") },
        .right("final loss") { $0.losses.map { Format.fixed($0.mean, 4) } ?? "diverged" },
        .right("n") { $0.losses.map { "\($0.count)" } ?? "-" },
        .right("difference") { $0.difference.map { Format.fixed($0.mean, 4) } ?? "-" },
        .right("95 %") { arm in
          arm.difference?.interval.map { interval in
            "\(Format.fixed(interval.lower, 4)) to \(interval.upper.map { Format.fixed($0, 4) } ?? "?")"
          } ?? "-"
        },
        .right("weights, RMS") {
          $0.looks.last.map { Format.significant($0.rootMeanSquare.mean, 3) } ?? "-"
        },
        .right("grown by") { $0.factor.map { Format.fixed($0, 2) } ?? "-" },
        .right("largest singular value") {
          $0.looks.last.map { Format.significant($0.spectralNorm.mean, 3) } ?? "-"
        },
        .right("largest score", largest { $0.largestScore }),
        .right("of attention", largest { $0.largestAttentionScores.max() }),
      ])
  }

  private static func figure(_ arms: [Growth], of experiment: FinishedExperiment) -> Figure? {
    guard arms.contains(where: { $0.looks.count > 1 }) else { return nil }
    let colors = ArmColors(arms.map(\.name))
    func panel(_ title: String, _ label: String, _ value: (Look) -> Sample) -> Panel {
      .plot(
        title, x: Axis("steps"), y: Axis(label, .logarithmic),
        marks: arms.flatMap { arm -> [Mark] in
          let points = arm.looks.map { value($0).estimate(at: Double($0.step)) }
          return [
            .band(points, color: colors[arm.name]),
            .line(points.map { ($0.x, $0.y) }, color: colors[arm.name], name: arm.name),
          ]
        })
    }
    return Figure(
      name: "\(experiment.name)-growth", title: "How weights grow, with decay and without",
      caption: "The median matrix inside the blocks: mean over "
        + "\(Format.count(experiment.record.seeds.count, "seed")), in a band from the lowest to the highest.",
      panels: [
        panel("Root mean square of the weights", "root mean square", \.rootMeanSquare),
        panel("Largest singular value of the weights", "singular value", \.spectralNorm),
      ])
  }
}
