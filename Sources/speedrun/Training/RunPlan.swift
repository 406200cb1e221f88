/// One run, decided in full before it starts.
struct RunPlan {
  /// The track and its recipes, with what the command line changed.
  let file: TrackFile
  let contestant: Contestant
  let recipe: Recipe
  /// What the command line changed about track and recipe.
  let settings: [Setting]
  /// Determines the initial weights.
  let seed: UInt64
  let threads: Int
  let savesInitialWeights: Bool
  let savesWeights: Bool

  /// What all contestants share.
  var track: Track { file.track }

  /// Applies `settings` to a track as it is in its file.
  init(
    _ file: TrackFile, _ contestant: Contestant, settings: [Setting], seed: UInt64, threads: Int,
    savesInitialWeights: Bool, savesWeights: Bool
  ) throws(UsageError) {
    self.file = try file.applying(settings, for: contestant)
    recipe = try self.file.recipe(for: contestant)
    self.contestant = contestant
    self.settings = settings
    self.seed = seed
    self.threads = threads
    self.savesInitialWeights = savesInitialWeights
    self.savesWeights = savesWeights
  }
}
