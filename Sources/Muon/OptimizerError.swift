import Autograd

/// Why parameter groups, or a saved state, do not fit.
public enum OptimizerError: Error, Hashable, Sendable {
  /// These parameters are in no group.
  case unassigned([String])
  /// These parameters are in several groups, or in one several times.
  case assignedTwice([String])
  /// These parameters of groups are not among those to be covered.
  case unknown([String])
  /// A group's rule has hyperparameters out of range, or does not fit a parameter.
  case unsuitable(group: String, problem: String)
  /// A schedule has values out of range.
  case badSchedule(String)
  /// A saved state is not one of these parameters and rules.
  case mismatchedState(String)
}

extension OptimizerError: CustomStringConvertible {
  /// One line that says what is wrong and what to do.
  public var description: String {
    switch self {
    case .unassigned(let names):
      "no group has \(names.joined(separator: ", ")); put each parameter into exactly one group"
    case .assignedTwice(let names):
      "more than one group has \(names.joined(separator: ", "));"
        + " put each parameter into exactly one group"
    case .unknown(let names):
      "groups have \(names.joined(separator: ", ")), which the model does not have;"
        + " take parameters from the model's own scope"
    case .unsuitable(let group, let problem):
      "group \(group): \(problem); change the group"
    case .badSchedule(let problem):
      "schedule: \(problem); change the schedule"
    case .mismatchedState(let problem):
      "saved optimizer state: \(problem); resume with the model and groups that saved it"
    }
  }
}

extension Optimizer {
  /// Throws unless every parameter is in one group, once, with a rule that can update it.
  static func check(
    _ groups: [ParameterGroup], covering parameters: [Parameter]
  ) throws(OptimizerError) {
    let assigned = groups.flatMap(\.parameters)
    var counts: [ObjectIdentifier: Int] = [:]
    for parameter in assigned { counts[ObjectIdentifier(parameter), default: 0] += 1 }

    let unassigned = parameters.filter { counts[ObjectIdentifier($0)] == nil }
    if !unassigned.isEmpty { throw .unassigned(unassigned.map(\.name)) }
    let twice = parameters.filter { counts[ObjectIdentifier($0), default: 0] > 1 }
    if !twice.isEmpty { throw .assignedTwice(twice.map(\.name)) }
    let covered = Set(parameters.map { ObjectIdentifier($0) })
    let unknown = assigned.filter { !covered.contains(ObjectIdentifier($0)) }
    if !unknown.isEmpty { throw .unknown(unknown.map(\.name)) }

    for group in groups {
      if let problem = group.rule.problem { throw .unsuitable(group: group.name, problem: problem) }
      for parameter in group.parameters {
        if let problem = group.rule.problem(with: parameter.shape) {
          throw .unsuitable(group: group.name, problem: "\(parameter.name): \(problem)")
        }
      }
    }
  }
}
