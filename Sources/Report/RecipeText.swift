import Experiments
import Runs

extension FinishedExperiment {
  /// How the recipe of an arm differs from the track's own for its optimizer, as settings on one line.
  func recipeText(of arm: Verdict.ArmResult) -> String {
    func settings(_ changes: [String]) -> [String: String] {
      recipe(of: arm.optimizer, with: changes)?.settings ?? [:]
    }
    let (usual, own) = (settings([]), settings(record.settings + arm.settings))
    let differences = Set(usual.keys).union(own.keys).sorted().filter { own[$0] != usual[$0] }
      .map { "\($0)=\(own[$0] ?? "none")" }
    return ([arm.optimizer] + differences).joined(separator: " ")
  }
}
