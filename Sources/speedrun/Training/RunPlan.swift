import Foundation
import NanoGPT

/// One run, decided in full before it starts.
struct RunPlan {
  let track: Track
  let contestant: Contestant
  let recipe: Recipe
  /// What the command line changed about track and recipe.
  let settings: [Setting]
  /// Determines the initial weights.
  let seed: UInt64
  let threads: Int
  let savesInitialWeights: Bool
  let savesWeights: Bool
}
