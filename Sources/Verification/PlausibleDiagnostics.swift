import Autograd
import Experiments
import Foundation
import Muon
import NanoGPT
import Runs

/// Whether what was seen of updates and of what weights know can be.
extension Plausibility {
  /// The groups add up to the validation set and its loss, and nothing is more than there is.
  func problem(with evaluation: TextEvaluation, of log: RunLog) -> String? {
    let tokens = Self.tokens(in: log.plan.track)
    guard evaluation.groups.allSatisfy({ (0...tokens).contains($0.targets) }) else {
      return "a group has no number of targets from 0 to \(tokens)"
    }
    let targets = evaluation.groups.reduce(0) { $0 + $1.targets }
    if targets != tokens { return "the groups have \(targets) targets of \(tokens)" }
    func mean(_ value: (FrequencyGroups.Group) -> Double?) -> Double {
      evaluation.groups.reduce(0) { $0 + (value($1) ?? 0) * Double($1.targets) } / Double(tokens)
    }
    let sums = [
      ("loss", evaluation.loss, mean(\.loss)), ("accuracy", evaluation.accuracy, mean(\.accuracy)),
    ]
    for (key, value, sum) in sums where !value.isClose(to: sum, within: 1e-9) {
      return "\(key) is \(value); the groups give \(sum)"
    }
    // The validation sums in another order, and in single precision.
    if let final = log.final?.loss, !evaluation.loss.isClose(to: final, within: 1e-4) {
      return "loss is \(evaluation.loss); the last validation says \(final)"
    }
    return 0 <= evaluation.lastWordsFound && evaluation.lastWordsFound <= evaluation.lastWords
      ? nil : "\(evaluation.lastWordsFound) last words were found, of \(evaluation.lastWords)"
  }

  func problem(with event: LogEvent.Diagnostics, of recipe: Recipe) -> String? {
    let numbers = [
      ("update_rms", event.updateRMS), ("weight_norm", event.weightNorm),
      ("weight_spectral_norm", event.weightSpectralNorm), ("gradient_norm", event.gradientNorm),
      ("largest_singular_value", event.largestSingularValue), ("stable_rank", event.stableRank),
    ]
    for case (let key, let number?) in numbers where !(number >= 0) {
      return "\(key) is \(number); it should be a number of at least 0"
    }
    if let norm = event.weightNorm, let largest = event.weightSpectralNorm,
      largest > norm * 1.0001
    {
      return "weight_spectral_norm is \(largest), more than the weight_norm \(norm)"
    }
    for (key, values) in [
      ("singular_values", event.singularValues),
      ("orthogonalized_singular_values", event.orthogonalizedSingularValues),
    ] {
      guard let values else { continue }
      if values.count != Spectrum.quantileCount || values.contains(where: { $0 < 0 }) {
        return "\(key) is no list of \(Spectrum.quantileCount) numbers of at least 0"
      }
      if !zip(values, values.dropFirst()).allSatisfy({ $0 >= $1 }) {
        return "\(key) does not fall from number to number"
      }
    }
    if let largest = event.singularValues?.first, largest != 1,
      event.singularValues?.allSatisfy({ $0 == 0 }) == false
    {
      return "singular_values begin with \(largest); divided by the largest they begin with 1"
    }
    let orthogonalizes = recipe.hidden.rule is any OrthogonalizingRule
    if event.orthogonalizedSingularValues == nil, orthogonalizes, event.singularValues != nil {
      return "orthogonalized_singular_values is null, though singular_values are not"
    }
    if event.orthogonalizedSingularValues != nil, !orthogonalizes {
      return "orthogonalized_singular_values, though nothing is orthogonalized"
    }
    return nil
  }

  /// Routers have a load, which is a share of one for each expert; other matrices have none.
  func problemOfLoad(in event: LogEvent.Diagnostics, of run: FinishedRun) -> String? {
    guard let model = models[Architecture(run.log.plan)]?.model else { return nil }
    let router = model.routers.first { $0.weight.name == event.matrix }
    guard let load = event.expertLoad else {
      return router == nil ? nil : "expert_load is missing"
    }
    guard let router else { return "expert_load, though \(event.matrix) chooses no experts" }
    let experts = router.bias.shape.count
    let isShared = load.allSatisfy { $0 >= 0 } && abs(load.reduce(0, +) - 1) < 1e-4
    return load.count == experts && isShared
      ? nil : "expert_load is no list of \(experts) shares that add up to 1"
  }
}
