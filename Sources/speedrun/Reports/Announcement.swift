import Autograd
import Muon
import Runs
import Text

/// What a run is about to do, for a person.
struct Announcement {
  let plan: RunPlan
  let routes: [Route]
  let trainingTokens: Int
  let threads: Int
  /// The directory of the run, as the user would type it.
  let directory: String

  /// Writes every parameter and its rule, and the size of the run.
  func print(to console: Console) {
    let (track, recipe) = (plan.track, plan.recipe)
    let step = track.batch * track.model.context
    let epochs = Double(recipe.steps) * Double(step) / Double(trainingTokens)
    console.print(Tables.routing(routes))
    console.print()
    console.print(
      "\(track.title): \(recipe.steps) steps of \(Format.grouped(step)) tokens, "
        + "\(Format.fixed(epochs, 2)) epochs of \(Format.grouped(trainingTokens)), "
        + "\(threads) threads, \(plan.precision.rawValue); target "
        + (track.target.map { Format.fixed($0, 3) } ?? "none") + "; writing to \(directory)")
  }
}
