import Autograd
import Runs
import Statistics
import Text

extension Verdict {
  /// The verdict in words: a table of the arms, then a sentence for each verdict.
  package var text: String { text(withSeconds: true) }

  /// The same, perhaps without seconds.
  package func text(withSeconds: Bool) -> String {
    if let question, let decisions { return text(question, decisions) }
    let alone = verdicts.isEmpty ? arms.compactMap(shortfall).map { "no verdict: \($0)" } : []
    let blocks = [
      headline, [table.text],
      verdicts.flatMap { sentences(for: $0, withSeconds: withSeconds) } + alone, [total],
      warnings.map { "warning: \($0)" },
    ]
    return blocks.filter { !$0.isEmpty }.map { $0.joined(separator: "\n") }
      .joined(separator: "\n\n")
  }

  /// What the seeds that were added have answered.
  private func text(_ question: DecisionRule, _ decisions: [Decision]) -> String {
    let arrivals = arms.map { arm in
      arm.arrivals.flatMap { arrivals in
        arrivals.contains(nil) ? nil : Sample(arrivals.compactMap(\.self))
      }
    }
    let rows = zip(arms, arrivals).map { (arm: $0, arrivals: $1) }
    let table = Table(
      rows,
      [
        .left("arm") { $0.arm.name }, .right("steps of the schedule") { "\($0.arm.steps)" },
        .right("final \(lossName)") {
          $0.arm.finalLoss.map { Format.fixed($0.mean, 4) } ?? "diverged"
        },
        .right("steps to the target") { $0.arrivals.map { Format.fixed($0.mean, 1) } ?? "missed" },
        .right("sd") { $0.arrivals?.standardDeviation.map { Format.fixed($0, 1) } ?? "-" },
      ])
    let blocks = [
      [
        headline[0],
        "Intervals hold at every look, with \(Format.fixed(100 * question.confidence, 0)) % over all "
          + "looks and arms.",
      ],
      [table.text], decisions.map { $0.sentence(question, seeds: seeds.count) }, [total],
      warnings.map { "warning: \($0)" },
    ]
    return blocks.filter { !$0.isEmpty }.map { $0.joined(separator: "\n") }
      .joined(separator: "\n\n")
  }

  /// What the losses are called.
  private var lossName: String { measure == .error ? "error" : "loss" }

  /// What a run learns from, as counted.
  private var inputsName: String { measure == .error ? "images" : "tokens" }

  /// The target with its unit.
  package var targetText: String {
    measure == .error
      ? "\(Format.fixed(target, 4)) of images wrong (\(Goal.percent(1 - target)))"
      : "\(Format.fixed(target, 3)) nats per token"
  }

  /// The arms side by side.
  private var table: Table {
    func mean(_ loss: Loss?) -> String? {
      loss.map { loss in
        let half = loss.interval?.upper.map { " ± \(Format.fixed($0 - loss.mean, 4))" }
        return Format.fixed(loss.mean, 4) + (half ?? "")
      }
    }
    func deviation(_ loss: Loss?) -> String? {
      loss?.standardDeviation.map { Format.fixed($0, 4) }
    }
    typealias Row = (title: String, value: (ArmResult) -> String?)
    let isPaused = arms.contains { $0.steadyTrainSeconds != nil }
    let rows: [Row?] = [
      ("seeds", { _ in String(seeds.count) }), ("steps of the schedule", { String($0.steps) }),
      (inputsName, { Format.grouped($0.tokens) }),
      ("training time", { Format.duration($0.trainSeconds) }),
      isPaused
        ? ("  without pauses", { Format.duration($0.steadyTrainSeconds ?? $0.trainSeconds) }) : nil,
      ("optimizer's share", { Format.percent($0.optimizerShare) }),
      ("final \(lossName) ± 95 %", { mean($0.finalLoss) }),
      ("  standard deviation", { deviation($0.finalLoss) }),
      ("stop step", { $0.stop.map { String($0.step) } }),
      ("\(inputsName) until then", { $0.stop.map { Format.grouped($0.tokens) } }),
      ("time until then", { $0.stop.map { Format.duration($0.seconds) } }),
      arms.contains { $0.stop?.rawSeconds != nil }
        ? (
          "  with pauses and resumed runs",
          { $0.stop.map { Format.duration($0.rawSeconds ?? $0.seconds) } }
        ) : nil,
      ("\(lossName) there ± 95 %", { mean($0.stop?.loss) }),
      ("  standard deviation", { deviation($0.stop?.loss) }),
      ("p of a mean so low", { $0.stop.map { Format.probability($0.probability) } }),
    ]
    return Table(
      rows.compactMap(\.self),
      [.left("arm", \.title)] + arms.map { arm in .right(arm.name) { $0.value(arm) ?? "-" } })
  }

  private var headline: [String] {
    let list =
      seeds.count > 1 && zip(seeds, seeds.dropFirst()).allSatisfy { $0 + 1 == $1 }
      ? "\(seeds[0]) to \(seeds[seeds.count - 1])" : seeds.map(String.init).joined(separator: " ")
    let late = validationEveryLate.map { ", \($0) in the last fifth" } ?? ""
    return [
      "\(track): target \(targetText), \(precision.rawValue), "
        + "\(Format.count(seeds.count, "seed")) (\(list))",
      "An arm's stop step, common to its seeds, is the first validation (every "
        + "\(Format.count(validationEvery, "step"))\(late)) with a mean \(lossName) below the target, "
        + "p < \(significance).",
    ]
  }

  private var total: String {
    "\(Format.count(compute.runs, "run")): \(Format.duration(compute.trainSeconds)) of training, "
      + "\(Format.duration(compute.wallSeconds)) one after the other"
  }

  private func shortfall(of arm: ArmResult) -> String? {
    arm.shortfall.map { "\(arm.name) \($0)" }
  }

  /// What may be said of an arm against the baseline; later lines explain the first.
  ///
  /// Of runs that went side by side, seconds say nothing.
  package func sentences(for verdict: Pair, withSeconds: Bool = true) -> [String] {
    let pair = [verdict.arm, verdict.baseline].compactMap { name in
      arms.first { $0.name == name }
    }
    guard let ratios = verdict.ratios else {
      return ["no verdict on \(verdict.arm) against \(verdict.baseline):"]
        + pair.compactMap(shortfall).map { "  \($0)" }
    }
    let probabilities = pair.compactMap { $0.stop.map { Format.probability($0.probability) } }
    var lines = [
      "\(verdict.arm) needs \(ratios.steps.factorText) of \(verdict.baseline)'s steps"
        + (withSeconds ? ", \(ratios.seconds.factorText) of its seconds " : " ")
        + "(\(Format.count(seeds.count, "seed")), p = \(probabilities.joined(separator: " and ")))"
    ]
    let stops = pair.compactMap(\.stop)
    let grid = stops.count == 2 ? Self.gridEnds(stops[0], stops[1]) : nil
    if let grid, !ratios.steps.interval.contains(grid) {
      let places = zip(pair, stops).map { arm, stop in
        "\(stop.previousStep) and \(stop.step) of \(arm.name)"
      }
      lines.append(
        "  validations at steps \(places.joined(separator: ", ")) leave the ratio of steps "
          + "anywhere in \(grid.ratioText)")
    }
    for (name, ratio) in [("steps", ratios.steps), ("seconds", ratios.seconds)]
    where ratio.interval.contains(1) && (withSeconds || name == "steps") {
      lines.append("  the interval includes 1: no difference in \(name) is shown")
    }
    if ratios.openShare > 0 {
      lines.append(
        "  an arm had no stop step in \(Format.percent(ratios.openShare)) of the resamples, "
          + "which counts as needing more than its whole schedule")
    }
    return lines
  }

  /// Between which ratios the steps may lie, when each arm may have been there at any step after its
  /// previous validation.
  private static func gridEnds(_ arm: Stop, _ baseline: Stop) -> ConfidenceInterval {
    ConfidenceInterval(
      lower: Double(arm.previousStep + 1) / Double(baseline.step),
      upper: Double(arm.step) / Double(baseline.previousStep + 1))
  }
}
