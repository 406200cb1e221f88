import Muon
import Runs
import Text

extension RunRecord.Configuration {
  /// The recipe on one line: steps, schedule, and what its rules were told.
  ///
  /// Of embedding and head only the learning rates: the rest is the same in every recipe.
  var recipeText: String {
    var parts = ["steps=\(training.steps)"]
    parts += Self.scalars(of: training.schedule).map { "schedule.\($0)" }
    for (index, group) in groups.enumerated() {
      parts += Self.scalars(of: group.rule)
        .filter { index == 0 || $0.hasPrefix("learning_rate=") }.map { "\(group.name).\($0)" }
    }
    return parts.joined(separator: " ")
  }

  /// The members of a value that are no tables, as `key=value`, but for the name of a rule.
  private static func scalars(of value: some Encodable) -> [String] {
    guard let members = try? JSON.decoded(Tree.self, from: Array(try JSON.line(value).utf8)).object
    else { return [] }
    return members.filter { $0.key != "rule" }.compactMap { key, value in
      if value.object != nil { return nil }
      return "\(key)=\(value.string ?? (try? JSON.line(value)) ?? "")"
    }.sorted()
  }
}
