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

  /// Reads a TOML file: a whole track, or with `base` what differs from one that is known by name.
  public init(contentsOf url: URL) throws {
    self = try TrackFile(contentsOf: url).definition
  }

  /// Reads TOML, whose keys must all be known.
  public init(toml: String) throws(UsageError) {
    try self.init(Tree(toml: toml))
  }

  init(_ tree: Tree) throws(UsageError) {
    try self.init(tree, like: try Registry.currentTemplate)
  }

  private init(_ tree: Tree, like template: Tree) throws(UsageError) {
    self = try tree.decoded(Self.self, like: template, choices: Self.choices)
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
      (recipe.problem ?? recipe.standstill(of: track.model)).map { "recipes.\(name).\($0)" }
    }.first
  }

  /// The whole as TOML that ``init(toml:)`` reads back.
  public func toml() throws(UsageError) -> String { try tree().toml }

  func tree() throws(UsageError) -> Tree {
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

  /// The recipe of AdamW with another rule in its place; nil where AdamW has none.
  func untunedRecipe(for rule: any UpdateRule) -> Recipe? {
    recipes[AdamW.name].map {
      Recipe(
        steps: $0.steps, schedule: $0.schedule, hidden: rule, embed: $0.embed, head: $0.head)
    }
  }

  /// Whether nobody has made a recipe for an optimizer, so that it runs by AdamW's.
  package func isUntuned(_ optimizer: String) -> Bool {
    guard let rule = Registry.current.untunedRules[optimizer] else { return false }
    return recipes[optimizer] == untunedRecipe(for: rule)
  }

  /// Returns this with settings applied, the keys being of the optimizer's recipe or of the track.
  package func applying(
    _ settings: [Setting], for optimizer: String
  ) throws(UsageError) -> TrackDefinition {
    _ = try recipe(for: optimizer)
    guard !settings.isEmpty else { return self }
    var tree = try tree()
    let template = try Registry.currentTemplate
    let roots = [["recipes", optimizer], ["track"]]
    for setting in settings.map(meant) {
      guard let root = roots.first(where: { template[$0 + setting.path] != nil }) else {
        let known = roots.flatMap { template[$0]?.leaves.map(\.key) ?? [] }
        // The key of another optimizer, whose rule has one of the same name here.
        let own = ([optimizer] + setting.path.dropFirst()).joined(separator: ".")
        let isOfAnother = Registry.current.ruleNames.contains(setting.path[0])
        let nearest =
          isOfAnother && known.contains(own)
          ? own : Suggestion.nearest(to: setting.key, among: known)
        throw UsageError(
          "--set \(setting.key): no such key",
          hint: nearest.map {
            "did you mean '\($0)'? `speedrun run --print-config` shows all keys"
          } ?? "known: \(known.joined(separator: ", "))")
      }
      tree[root + setting.path] = Tree(setting: setting.value)
    }
    return try TrackDefinition(tree, like: template)
  }

  /// A setting as this track has it: the target of a track of images is an accuracy.
  private func meant(_ setting: Setting) -> Setting {
    track.isOfImages && setting.key == "target"
      ? Setting(key: "target_accuracy", value: setting.value) : setting
  }

  /// The value that a key of the optimizer's recipe or of the track has; nil if there is no such key.
  package func value(of key: String, for optimizer: String) throws(UsageError) -> Tree? {
    let tree = try tree()
    let path = key.split(separator: ".").map(String.init)
    return tree[["recipes", optimizer] + path] ?? tree[["track"] + path]
  }

  /// This without the claims of another track that changes made untrue.
  ///
  /// Where they changed what the track fixes, it keeps neither its name nor, unless new ones were given, version, target
  /// and checksum of another text. With another target it is no version of the track. How often a run is validated
  /// changes none of its numbers.
  func withoutClaims(of original: TrackDefinition, given keys: Set<String>) -> TrackDefinition {
    var fixed = track.validated(like: original.track)
    (fixed.target, fixed.targetAccuracy) = (original.track.target, original.track.targetAccuracy)
    var changed = self
    let isSame = fixed == original.track
    if !isSame, !keys.contains("name") { changed.track.name = original.track.name + "-changed" }
    if !isSame || track.goal != original.track.goal, !keys.contains("version") {
      changed.track.version = nil
    }
    if !isSame, !keys.contains("target") { changed.track.target = nil }
    if !isSame, keys.isDisjoint(with: ["target", "target_accuracy"]) {
      changed.track.targetAccuracy = nil
    }
    if track.corpus != original.track.corpus, !keys.contains("text_sha256") {
      changed.track.textSHA256 = nil
    }
    return changed
  }
}
