import Experiments
import Figures

/// Which color an arm has in every figure.
package struct ArmColors: Sendable {
  private let indices: [String: Int]

  /// Muon and AdamW have the first two; other names get theirs in the order they come.
  package init(_ names: [String]) {
    var indices = ["muon": 0, "adamw": 1]
    for name in names where indices[name] == nil { indices[name] = indices.count }
    self.indices = indices
  }

  package subscript(name: String) -> Int { indices[name] ?? FigureStyle.colors - 1 }
}

extension [FinishedExperiment] {
  /// The colors of all arms that figures name.
  package var armColors: ArmColors {
    ArmColors(
      comparisons(.leaderboard).flatMap { $0.report.arms.map(\.name) }
        + lengthStudies.flatMap { $0.families.map(\.name) })
  }
}
