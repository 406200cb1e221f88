import Experiments
import Muon
import NanoGPT
import Runs
import Statistics
import Text

/// What is claimed of Muon, and what was measured of it here.
package enum ClaimTable: Study {
  /// One claim.
  package struct Row {
    package let claim: String
    /// Nil where there is no record yet.
    package let measured: String?
    /// At what scale.
    package let scale: String
  }

  static let needs: String? = nil

  static func section(of experiments: [FinishedExperiment]) -> Section? {
    guard experiments.contains(where: { $0.record.purpose != .leaderboard }) else { return nil }
    return Section(
      title: "What is claimed, and what was measured here",
      paragraphs: [
        "Intervals are of 95 %. Each number is made from records of this directory; the sections below say from which."
      ],
      tables: [("", table(of: experiments))])
  }

  /// All rows, which say where nothing was measured yet.
  package static func table(of experiments: [FinishedExperiment]) -> Table {
    Table(
      rows(of: experiments),
      [
        .left("claimed", \.claim), .left("measured here") { $0.measured ?? "not yet" },
        .left("at what scale", \.scale),
      ])
  }

  package static func rows(of experiments: [FinishedExperiment]) -> [Row] {
    let sizes = Sizes(experiments)
    return [
      Row(
        claim: "Trains NanoGPT 1.35 times as fast as AdamW (Jordan)",
        measured: speedup(on: "kjv", of: experiments),
        scale: "3.7 million weights, 4096 tokens a step, two cores"),
      Row(
        claim: "CIFAR-10 to 94 % in 2.6 instead of 3.3 A100-seconds, 0.79 (Jordan)",
        measured: images(experiments),
        scale: "5000 handwritten digits, to 96 %; CIFAR-10's own files can be given"),
      Row(
        claim: "Trains a mixture of experts of 3 of 16 billion weights (Moonlight)",
        measured: experts(experiments), scale: "16 experts, 7 active; 3.7 of 6 million weights"),
      Row(
        claim: "Takes 52 % of AdamW's operations to the same loss (Moonlight's scaling law)",
        measured: sizes.sizes.count > 2
          ? "\(Sizes.text(sizes.operationsRatio)) of AdamW's operations" : nil,
        scale: scale(of: sizes)),
      Row(
        claim:
          "The gap grows with the size of the model (Jordan: 10 against 13.3 hours at 1.5 billion)",
        measured: sizes.sizes.count > 2
          ? "twice the weights multiply Muon's share of the steps by \(Sizes.text(sizes.perDoubling))"
          : nil, scale: scale(of: sizes)),
      Row(
        claim: "Less than 1 % more operations in typical training (Jordan)",
        measured: overhead(experiments),
        scale: "computed for a width of 768 and 524 288 tokens, measured for one of 256"),
      Row(
        claim:
          "Without weight decay weights grow until training suffers, and decay cures it (Moonlight)",
        measured: decay(experiments),
        scale: "3000 steps, 0.4 million weights, normalized queries and keys"),
      Row(
        claim: "The size of an update differs by shape; 0.2 sqrt(max) makes it AdamW's (Moonlight)",
        measured: updates(experiments), scale: "matrices of 256 x 256 to 1024 x 256"),
      Row(
        claim: "Rare directions get their say (Jordan)", measured: rarest(experiments),
        scale: "the rarest tenth of 1024 tokens, at equal loss"),
      Row(
        claim: "Better scores on MMLU, GSM8K and others at equal tokens (Moonlight)",
        measured: words(experiments),
        scale: "last words of lines, at equal steps; no model here can do more"),
    ]
  }
}

extension ClaimTable {
  /// The ratios of an arm on a track, by the comparison with the most seeds.
  private static func pair(
    of arm: String, on track: String, _ experiments: [FinishedExperiment]
  ) -> StopRatios? {
    experiments.comparisons(.leaderboard).filter { $0.experiment.record.track.name == track }
      .compactMap { _, verdict, _ in
        verdict.verdicts.first { $0.arm == arm && $0.baseline == AdamW.name }?.ratios.map {
          (verdict.seeds.count, $0)
        }
      }.max { $0.0 < $1.0 }?.1
  }

  private static func speedup(on track: String, of experiments: [FinishedExperiment]) -> String? {
    pair(of: "muon", on: track, experiments).map { ratios in
      func inverse(_ ratio: StopRatios.Ratio) -> String {
        let (low, high) = (ratio.interval.upper.map { 1 / $0 } ?? 0, 1 / ratio.interval.lower)
        return
          "\(Format.fixed(1 / ratio.value, 2)) (\(Format.fixed(low, 2))-\(Format.fixed(high, 2)))"
      }
      return "\(inverse(ratios.steps)) times in steps, \(inverse(ratios.seconds)) in seconds"
    }
  }

  private static func images(_ experiments: [FinishedExperiment]) -> String? {
    pair(of: "muon", on: "digits", experiments).map {
      "\($0.seconds.text) of AdamW's seconds, \($0.steps.text) of its steps"
    }
  }

  private static func experts(_ experiments: [FinishedExperiment]) -> String? {
    if let ratios = pair(of: "muon", on: "kjv-moe", experiments) {
      return "\(ratios.steps.text) of AdamW's steps, \(ratios.seconds.text) of its seconds"
    }
    // No ratio where an arm is not shown to reach the target; then what both have come to.
    let verdict = experiments.comparisons(.leaderboard).first {
      $0.experiment.record.track.name == "kjv-moe"
    }?.verdict
    func end(of arm: String) -> String? {
      verdict?.arms.first { $0.name == arm }.flatMap { arm in
        arm.finalLoss.map { loss in
          let margin = loss.interval.map { " ± \(Format.fixed(loss.mean - $0.lower, 3))" } ?? ""
          return "\(Format.fixed(loss.mean, 3))\(margin) after \(arm.steps) steps"
        }
      }
    }
    guard let verdict, let muon = end(of: "muon"), let adamw = end(of: "adamw") else { return nil }
    let short = verdict.arms.filter { $0.shortfall != nil }.map(\.name).joined(separator: " and ")
    return "loss \(muon), AdamW \(adamw); \(short) not shown to reach "
      + "\(Format.fixed(verdict.target, 2))"
  }

  private static func scale(of sizes: Sizes) -> String {
    guard let least = sizes.sizes.first?.weights, let most = sizes.sizes.last?.weights else {
      return "models of 0.1 to 13 million weights"
    }
    let ends = [least, most].map { Format.significant($0 / 1e6, 2) }
    return
      "\(sizes.sizes.count) models of \(ends[0]) to \(ends[1]) million weights, 4096 tokens a step"
  }

  private static func overhead(_ experiments: [FinishedExperiment]) -> String? {
    let typical = GPTConfiguration(
      vocabularySize: 50_304, modelDimension: 768, heads: 6, layers: 12, context: 1024)
    let muon = Muon(learningRate: 1, weightDecay: 0)
    let batches = BatchSizes(experiments).sizes
    guard let cost = NewtonSchulzCost(muon, typical, tokens: 524_288),
      let largest = batches.last, let overhead = largest.arm("muon")?.overhead
    else { return nil }
    return
      "\(Format.percent(cost.ratio)) by the formula there; here \(Format.percent(overhead)) of the time at "
      + "\(Format.grouped(largest.tokens)) tokens"
  }

  private static func decay(_ experiments: [FinishedExperiment]) -> String? {
    experiments.comparisons(.growth).lazy.compactMap { _, verdict, runs -> String? in
      let arms = WeightGrowth.arms(of: verdict, runs)
      guard let with = arms.first(where: { $0.name == "muon" }),
        let without = arms.first(where: { $0.name == "muon-no-decay" }),
        let difference = runs.difference(of: without.name, to: with.name),
        let grown = without.factor, let kept = with.factor
      else { return nil }
      return
        "without decay weights grow \(Format.fixed(grown, 1)) times instead of \(Format.fixed(kept, 1)), and the "
        + "loss changes by \(TokenFrequency.text(difference, 4))"
    }.first
  }

  private static func updates(_ experiments: [FinishedExperiment]) -> String? {
    guard let experiment = experiments.first(where: { $0.name == "kjv" }) else { return nil }
    let entries = UpdateSizes.entries(of: experiment)
    func range(_ arm: String) -> String? {
      let medians = entries.filter { $0.arm == arm }.map(\.median).sorted()
      guard let least = medians.first, let most = medians.last else { return nil }
      let ends = [least, most].map { Format.significant($0, 2) }
      return ends[0] == ends[1] ? ends[0] : "\(ends[0])-\(ends[1])"
    }
    guard let spectral = range("muon"), let scaled = range("muon-rms"), let adamw = range("adamw")
    else { return nil }
    return "of the rate, by shape: Muon \(spectral), with 0.2 sqrt(max) \(scaled), AdamW \(adamw)"
  }

  private static func rarest(_ experiments: [FinishedExperiment]) -> String? {
    knowledge(experiments).flatMap { muon, _, equalLoss in
      TokenFrequency.differences(of: muon, to: equalLoss).last.flatMap { $0 }.map {
        "Muon loses \(TokenFrequency.text($0, 3)) nats more than AdamW"
      }
    }
  }

  private static func words(_ experiments: [FinishedExperiment]) -> String? {
    knowledge(experiments).flatMap { muon, equalSteps, _ in
      guard muon.lastWords.count == equalSteps.lastWords.count, !muon.lastWords.isEmpty else {
        return nil
      }
      let difference = PairedDifference(
        of: muon.lastWords.map { $0 * 100 }, to: equalSteps.lastWords.map { $0 * 100 })
      let found = Format.percent(Sample(muon.lastWords).mean)
      return "\(found) found, \(TokenFrequency.text(difference, 1)) points more than AdamW"
    }
  }

  /// Muon, and AdamW after as many steps, and at about the same loss.
  private static func knowledge(
    _ experiments: [FinishedExperiment]
  ) -> (
    muon: TokenFrequency.Knowledge, equalSteps: TokenFrequency.Knowledge,
    equalLoss: TokenFrequency.Knowledge
  )? {
    experiments.comparisons(.knowledge).lazy.compactMap { _, verdict, runs in
      guard let arms = TokenFrequency.arms(of: verdict, runs), let muon = arms.first else {
        return nil
      }
      let others = arms.dropFirst()
      func gap(_ arm: TokenFrequency.Knowledge) -> Double {
        abs(Sample(arm.finalLosses).mean - Sample(muon.finalLosses).mean)
      }
      // Equal is what is much nearer than a difference that is of interest.
      guard let equalSteps = others.first(where: { $0.steps == muon.steps }),
        let equalLoss = others.min(by: { gap($0) < gap($1) }),
        gap(equalLoss) < gap(equalSteps) / 4
      else { return nil }
      return (muon, equalSteps, equalLoss)
    }.first
  }
}
