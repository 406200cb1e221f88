import Autograd
import Foundation

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
  /// The arithmetic of the model's matrix products.
  let precision: Precision
  let threads: Int
  let savesInitialWeights: Bool
  let savesWeights: Bool
  /// Training steps from one look at the updates to the next; nil for none at all.
  let diagnosticsEvery: Int?

  /// What all contestants share.
  var track: Track { file.track }

  /// Applies `settings` to a track as it is in its file.
  init(
    _ file: TrackFile, _ contestant: Contestant, settings: [Setting], seed: UInt64,
    precision: Precision, threads: Int, savesInitialWeights: Bool, savesWeights: Bool,
    diagnosticsEvery: Int? = nil
  ) throws(UsageError) {
    self.file = try file.applying(settings, for: contestant).withoutClaims(of: file, settings)
    recipe = try self.file.recipe(for: contestant)
    self.contestant = contestant
    self.settings = settings
    self.seed = seed
    self.precision = precision
    // More threads than cores would only take turns.
    self.threads = min(threads, ProcessInfo.processInfo.activeProcessorCount)
    self.savesInitialWeights = savesInitialWeights
    self.savesWeights = savesWeights
    self.diagnosticsEvery = diagnosticsEvery
  }
}

extension TrackFile {
  /// This file without the claims that `settings` made untrue.
  ///
  /// Where they changed what the track fixes, it keeps neither its name nor, unless a new one was given, its target.
  /// With another target it is no version of the track. How often a run is validated changes none of its numbers.
  fileprivate func withoutClaims(of original: TrackFile, _ settings: [Setting]) -> TrackFile {
    var fixed = track
    fixed.target = original.track.target
    fixed.valEvery = original.track.valEvery
    fixed.valEveryLate = original.track.valEveryLate
    guard fixed != original.track else {
      var own = self
      if track.target != original.track.target { own.track.version = nil }
      return own
    }
    var changed = self
    changed.track.name = original.track.name + "-changed"
    changed.track.version = nil
    if !settings.contains(where: { $0.key == "target" }) { changed.track.target = nil }
    return changed
  }
}
