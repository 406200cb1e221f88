import Autograd
import Foundation
import Muon
import Text

/// A track and a recipe for every optimizer: what a TOML file describes in full.
public struct TrackDefinition: Codable, Hashable, Sendable {
  /// What all optimizers share.
  public var track: Track
  /// By the name of the rule; at least that of the optimizer that runs.
  public var recipes: [String: Recipe]

  package init(track: Track, recipes: [Recipe]) {
    self.track = track
    self.recipes = Dictionary(uniqueKeysWithValues: recipes.map { ($0.optimizer, $0) })
  }

  /// Reads a TOML file.
  public init(contentsOf url: URL) throws {
    let hint = "`speedrun run --print-config` prints a track to start from"
    self = try readTOML(url, hint: hint) { (text) throws(UsageError) in
      try TrackDefinition(toml: text)
    }
  }

  /// Reads TOML, whose keys must all be known.
  public init(toml: String) throws(UsageError) {
    try self.init(Tree(toml: toml))
  }

  private init(_ tree: Tree) throws(UsageError) {
    self = try tree.decoded(
      Self.self, like: try Registry.current.template.tree(), choices: Self.choices)
    if let problem { throw UsageError(problem) }
  }

  /// The texts that a key accepts, where it does not accept any.
  private static let choices = [
    "scale": Muon.Scale.allCases.map(\.rawValue),
    "decay": Muon.Decay.allCases.map(\.rawValue),
    "orthogonalization": Muon.Orthogonalization.allCases.map(\.rawValue),
    "newton_schulz": NewtonSchulz.named.map { $0.name },
    "newton_schulz_precision": Precision.allCases.map(\.rawValue),
  ]

  /// What is wrong with these values, in words; nil when nothing is.
  package var problem: String? {
    if let problem = track.problem { return "track: \(problem)" }
    return recipes.sorted { $0.key < $1.key }.lazy.compactMap { name, recipe in
      recipe.problem.map { "recipes.\(name).\($0)" }
    }.first
  }

  /// The whole as TOML that ``init(toml:)`` reads back.
  public func toml() throws(UsageError) -> String { try tree().toml }

  private func tree() throws(UsageError) -> Tree {
    do {
      return try TreeEncoder.tree(self)
    } catch {
      throw UsageError("this track cannot be written: \(error)")
    }
  }
}

extension TrackDefinition {
  /// The recipe of an optimizer.
  public func recipe(for optimizer: String) throws(UsageError) -> Recipe {
    guard let recipe = recipes[optimizer] else {
      throw UsageError(
        "track \(track.name) has no recipe for \(optimizer)",
        hint: "add [recipes.\(optimizer)] to the track's file, or a recipe for it to your program")
    }
    return recipe
  }

  /// Returns this with settings applied, the keys being of the optimizer's recipe or of the track.
  package func applying(
    _ settings: [Setting], for optimizer: String
  ) throws(UsageError) -> TrackDefinition {
    _ = try recipe(for: optimizer)
    guard !settings.isEmpty else { return self }
    var tree = try tree()
    let template = try Registry.current.template.tree()
    let roots = [["recipes", optimizer], ["track"]]
    for setting in settings {
      guard let root = roots.first(where: { template[$0 + setting.path] != nil }) else {
        let known = roots.flatMap { template[$0]?.leaves.map(\.key) ?? [] }
        throw UsageError(
          "--set \(setting.key): no such key",
          hint: Suggestion.nearest(to: setting.key, among: known).map {
            "did you mean '\($0)'? `speedrun run --print-config` shows all keys"
          } ?? "known: \(known.joined(separator: ", "))")
      }
      tree[root + setting.path] = Tree(setting: setting.value)
    }
    return try TrackDefinition(tree)
  }

  /// The value that a key of the optimizer's recipe or of the track has; nil if there is no such key.
  package func value(of key: String, for optimizer: String) throws(UsageError) -> Tree? {
    let tree = try tree()
    let path = key.split(separator: ".").map(String.init)
    return tree[["recipes", optimizer] + path] ?? tree[["track"] + path]
  }

  /// This without the claims that `settings` made untrue.
  ///
  /// Where they changed what the track fixes, it keeps neither its name nor, unless a new one was given, its target.
  /// With another target it is no version of the track. How often a run is validated changes none of its numbers.
  func withoutClaims(of original: TrackDefinition, _ settings: [Setting]) -> TrackDefinition {
    var fixed = track.validated(like: original.track)
    fixed.target = original.track.target
    var changed = self
    guard fixed != original.track else {
      if track.target != original.track.target { changed.track.version = nil }
      return changed
    }
    changed.track.name = original.track.name + "-changed"
    changed.track.version = nil
    if !settings.contains(where: { $0.key == "target" }) { changed.track.target = nil }
    return changed
  }
}
