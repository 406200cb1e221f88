import Autograd
import Experiments
import Runs
import Statistics
import Text

/// What comparisons found, in words and at a glance.
package enum Verdicts {
  /// The sentence to remember: what the best arm of the largest comparison needs of its baseline's steps and time.
  package static func opening(of experiments: [FinishedExperiment]) -> String? {
    guard let (_, verdict, _) = experiments.comparisons(.leaderboard).largestFirst.first,
      let baseline = verdict.arms.first
    else { return nil }
    let stops = verdict.verdicts.compactMap { pair in
      pair.ratios.map { (pair.arm, $0) }
    }
    guard let (arm, ratios) = stops.min(by: { $0.1.steps.value < $1.1.steps.value }) else {
      return "There is no verdict on \(verdict.track) yet."
    }
    func share(_ ratio: StopRatios.Ratio) -> String? {
      if ratio.interval.contains(1) { return nil }
      return Format.fixed(ratio.value, 2) + (ratio.value < 1 ? " of" : " times")
    }
    let start = "On \(verdict.track), \(arm) reaches the target in "
    switch (share(ratios.steps), share(ratios.seconds)) {
    case (let steps?, let seconds?):
      return start + "\(steps) \(baseline.name)'s steps and \(seconds) its time."
    case (let steps?, nil):
      return start + "\(steps) \(baseline.name)'s steps; no difference in time is shown."
    case (nil, let seconds?):
      return start + "\(seconds) \(baseline.name)'s time; no difference in steps is shown."
    case (nil, nil):
      return "On \(verdict.track), no difference between \(arm) and \(baseline.name) is shown."
    }
  }

  /// What may be said of every arm against its baseline, some sentences for each.
  static func sentences(of experiments: [FinishedExperiment]) -> [String] {
    experiments.comparisons(.leaderboard).flatMap { experiment, verdict, _ in
      sentences(of: verdict, withSeconds: experiment.record.ranAlone)
    }
  }

  /// The same of one comparison.
  static func sentences(of verdict: Verdict, withSeconds: Bool) -> [String] {
    verdict.verdicts.map { pair in
      let lines = verdict.sentences(for: pair, withSeconds: withSeconds)
        .map { $0.trimmingPrefix(while: { $0 == " " }) }
      return lines.dropFirst().reduce("On \(verdict.track), \(lines[0])") { text, line in
        text.hasSuffix(":")
          ? "\(text) \(line)" : "\(text). \(line.prefix(1).uppercased())\(line.dropFirst())"
      } + "."
    }
  }

  /// The comparison with the most runs at a glance, a column for each of its arms.
  static func table(of experiments: [FinishedExperiment]) -> Table? {
    guard let (_, verdict, _) = experiments.comparisons(.leaderboard).largestFirst.first else {
      return nil
    }
    typealias Row = (title: String, text: (Verdict.ArmResult) -> String?)
    func ratio(_ title: String, _ part: @escaping (StopRatios) -> StopRatios.Ratio) -> Row {
      let confidence = "\(Format.fixed(100 * verdict.confidence, 0)) %"
      return (
        "ratio of \(title), \(confidence)",
        { arm in
          if arm.name == verdict.arms.first?.name { return "1" }
          return verdict.verdicts.first { $0.arm == arm.name }?.ratios.map { part($0).text }
        }
      )
    }
    let heading =
      "on \(verdict.track), target \(Format.fixed(verdict.target, 2)), \(verdict.precision.rawValue), "
      + Format.count(verdict.seeds.count, "seed")
    let rows: [Row] = [
      (
        "steps until the mean is below the target, p < \(verdict.significance)",
        { $0.stop.map { Format.grouped($0.step) } }
      ),
      ratio("steps", \.steps),
      ("seconds until then", { $0.stop.map { Format.fixed($0.seconds, 1) } }),
      ratio("seconds", \.seconds),
      ("the optimizer's share of the time", { Format.percent($0.optimizerShare) }),
    ]
    return Table(
      rows,
      [.left(heading, \.title)]
        + verdict.arms.map { arm in .right(arm.name) { $0.text(arm) ?? "-" } })
  }
}

extension [(experiment: FinishedExperiment, verdict: Verdict, runs: [ArmRun])] {
  /// Those on the default track first, then the comparisons with the most runs, those of as many in their order.
  var largestFirst: Self {
    func key(_ item: (offset: Int, element: Element)) -> (Int, Int, Int) {
      let isOnDefault = item.element.experiment.record.track.name == Registry.current.defaultTrack
      return (isOnDefault ? 0 : 1, -item.element.runs.count, item.offset)
    }
    return enumerated().sorted { key($0) < key($1) }.map(\.element)
  }
}
