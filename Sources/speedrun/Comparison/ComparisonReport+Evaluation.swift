import Autograd
import Statistics
import Text

extension ComparisonReport {
  /// Evaluates arms on the same seeds, the baseline first; each has at least one run.
  init(of arms: [ComparedArm], track: Track, target: Double, precision: Precision) {
    let rule = StopRule(target: target)
    let bootstrap = Bootstrap()
    let tokensPerStep = track.batch * track.model.context
    let curves = arms.map(\.curves)
    let reports = zip(arms, curves).map { Arm($0, $1, rule, tokensPerStep: tokensPerStep) }
    let verdicts = arms.indices.dropFirst().map { index in
      let isDecided = reports[0].shortfall == nil && reports[index].shortfall == nil
      return Verdict(
        arm: reports[index].name, baseline: reports[0].name,
        ratios: isDecided
          ? rule.ratios(of: curves[index], to: curves[0], bootstrap: bootstrap) : nil)
    }
    self.init(
      track: track.title, target: target, precision: precision,
      seeds: curves.first?.seeds ?? [],
      validationEvery: track.valEvery,
      validationEveryLate: track.valEveryLate,
      significance: rule.significance, confidence: bootstrap.confidence,
      resamples: bootstrap.resamples, arms: reports, verdicts: verdicts,
      compute: ExperimentRecord.Compute(arms.flatMap(\.runs).map(\.record)),
      warnings: ComparedArm.warnings(about: arms))
  }
}

extension ComparisonReport.Arm {
  fileprivate init(
    _ compared: ComparedArm, _ curves: ArmCurves, _ rule: StopRule, tokensPerStep: Int
  ) {
    let results = compared.runs.map(\.record.result)
    func mean(_ value: (RunRecord.Result) -> Double) -> Double { Sample(results.map(value)).mean }
    let steps = compared.runs[0].record.configuration.training.steps
    let finalLosses = results.compactMap(\.finalValLoss)
    let shortfall = rule.shortfall(of: curves)
    self.init(
      name: compared.arm.name, optimizer: compared.arm.optimizer,
      settings: compared.arm.settings.map(\.text),
      steps: steps, tokens: steps * tokensPerStep, trainSeconds: mean(\.trainSeconds),
      // A run that diverges at once takes no time.
      optimizerShare: (mean(\.optimizerSeconds) / mean(\.trainSeconds)).ifFinite ?? 0,
      finalLoss: finalLosses.count == results.count
        ? ComparisonReport.Loss(Sample(finalLosses)) : nil,
      stop: rule.stop(of: curves).flatMap { index in
        let losses = curves.losses(at: index)
        return TTest(losses, isBelow: rule.target).map { test in
          ComparisonReport.Stop(
            step: curves.steps[index], previousStep: index == 0 ? 0 : curves.steps[index - 1],
            loss: ComparisonReport.Loss(losses),
            probability: test.probability, tokens: curves.steps[index] * tokensPerStep,
            seconds: curves.seconds(at: index).mean)
        }
      },
      shortfall: shortfall?.text(target: rule.target, seeds: curves.seeds.count),
      moreSeeds: shortfall?.moreSeeds)
  }
}
