import Autograd
import Muon
import NanoGPT

/// How a contestant runs a track: the number of steps, the schedule, and every hyperparameter.
///
/// The matrices inside the blocks go to ``muon`` or to ``adamw``, whichever the recipe has; embedding and
/// head always go to AdamW.
package struct Recipe: Codable, Hashable, Sendable {
  package var steps: Int
  package var schedule: Schedule
  package var muon: Muon?
  package var adamw: AdamW?
  package var embed: AdamW
  package var head: AdamW

  /// The parameter groups, covering the whole model.
  func groups(for model: GPT) -> [ParameterGroup] {
    rules.map { group, rule in
      let parameters =
        switch group {
        case "embed": [model.embedding]
        case "head": [model.head.weight]
        default: model.hiddenMatrices
        }
      return ParameterGroup(group, parameters, rule: rule.rule)
    }
  }

  /// The names of the groups and their rules.
  var rules: [(group: String, rule: NamedRule)] {
    let matrices: [(any UpdateRule)?] = [muon, adamw]
    let hidden = matrices.compactMap { $0 }.map(NamedRule.init)
    return hidden.map { ($0.name, $0) } + [("embed", NamedRule(embed)), ("head", NamedRule(head))]
  }

  /// The momentum of Muon at a step; nil without Muon.
  func momentum(at progress: TrainingProgress) -> Double? {
    muon?.momentum(at: progress)
  }

  /// What is wrong with these values, in words; nil when nothing is.
  package var problem: String? {
    if steps < 1 { return "steps \(steps) is not at least 1" }
    if steps > 1_000_000_000 { return "steps \(steps) is above 1000000000" }
    if let problem = schedule.problem { return "schedule.\(problem)" }
    let rules: [(String, (any UpdateRule)?)] = [
      ("muon", muon), ("adamw", adamw), ("embed", embed), ("head", head),
    ]
    for (name, rule) in rules {
      if let problem = rule?.problem { return "\(name).\(problem)" }
    }
    return nil
  }
}
