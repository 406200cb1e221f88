import Corpora
import Foundation
import Muon
import NanoGPT
import Synchronization
import Text

/// What a program knows by name: update rules, models, corpora, and tracks with a recipe for every rule.
///
/// It is a value. Whoever adds to it passes it on by ``whileCurrent(_:)`` for the duration of one call.
package struct Registry: Sendable {
  /// Makes the text of a corpus.
  package typealias CorpusBuilder = @Sendable () throws(DataError) -> Corpus
  /// Finds or makes the images of a corpus.
  package typealias ImageBuilder = @Sendable () throws(DataError) -> ImageCorpus

  package var rules = RuleRegistry.builtIn
  package var models: [String: any LanguageModel.Type] = [Track.Model.gpt: GPT.self]
  package var imageModels: [String: any ImageClassifier.Type] = [
    Track.Model.convnet: ConvolutionalNetwork.self
  ]
  package var corpora: [(name: String, text: CorpusBuilder)] = [
    ("kjv", { () throws(DataError) in try .kingJames() }), ("micro", { .micro() }),
    ("classics", { () throws(DataError) in try .classics() }),
    ("gcide", { () throws(DataError) in try .gcide() }),
  ]
  package var imageCorpora: [(name: String, images: ImageBuilder)] = [
    ("digits", { () throws(DataError) in try .digits() }), ("shapes", { .shapes() }),
  ]
  package var tracks: [TrackDefinition] = [
    .sprint, .kjv, .kjvMoE, .micro, .digits, .shapes,
  ]
  /// Tracks that have no corpus: sizes of models for text of one's own.
  package var presets = TrackDefinition.presets
  /// What rules are on a track that has no recipe for them, by their names.
  package var untunedRules: [String: any UpdateRule] = [:]

  /// What comes with this package.
  package static let builtIn = Registry()

  /// What the calling program knows.
  package static var current: Registry { scope.registry }

  @TaskLocal private static var scope = Scope(builtIn)

  /// Calls a function for which this is ``current``.
  package func whileCurrent<Result>(_ body: () throws -> Result) rethrows -> Result {
    try Self.$scope.withValue(Scope(self), operation: body)
  }

  /// A registry, and what is made of it once.
  private final class Scope: Sendable {
    let registry: Registry
    private let made = Mutex<Tree?>(nil)

    init(_ registry: Registry) { self.registry = registry }

    func template() throws(UsageError) -> Tree {
      if let template = made.withLock(\.self) { return template }
      let template = try registry.template
      made.withLock { $0 = template }
      return template
    }
  }

  /// The names of the rules, in the order in which they were added.
  package var ruleNames: [String] { rules.names }

  /// The track of a command that names none.
  package var defaultTrack: String { TrackDefinition.sprint.track.name }

  /// The names of the tracks.
  package var trackNames: [String] { tracks.map { $0.track.name } }

  /// The names of the presets.
  package var presetNames: [String] { presets.map { $0.track.name } }

  /// The text of a corpus; nil when none has the name.
  package func corpus(named name: String) -> CorpusBuilder? {
    corpora.first { $0.name == name }?.text
  }

  /// The images of a corpus; nil when none has the name.
  package func images(named name: String) -> ImageBuilder? {
    imageCorpora.first { $0.name == name }?.images
  }

  /// The names of all models, sorted.
  package var modelNames: [String] { (Array(models.keys) + imageModels.keys).sorted() }

  /// The track or preset of a name, with its recipes.
  package func track(named name: String) throws(UsageError) -> TrackDefinition {
    guard let match = (tracks + presets).first(where: { $0.track.name == name }) else {
      throw UsageError(
        "no track is called '\(name)'",
        hint: "the tracks are \(trackNames.joined(separator: ", ")); "
          + "--track-file FILE reads your own, and with --data there are the presets "
          + presetNames.joined(separator: ", "))
    }
    return completed(match)
  }

  /// The track with a recipe for every rule in ``untunedRules`` too.
  func completed(_ track: TrackDefinition) -> TrackDefinition {
    var track = track
    for (name, rule) in untunedRules where track.recipes[name] == nil {
      track.recipes[name] = track.untunedRecipe(for: rule)
    }
    return track
  }

  /// A track with every key there is of the program, those included that are left out where they say the usual.
  static var currentTemplate: Tree {
    get throws(UsageError) { try scope.template() }
  }

  private var template: Tree {
    get throws(UsageError) {
      let complete = completeDefinition
      var images = complete
      images.track.model = TrackDefinition.digits.track.model
      return try complete.tree().merging(images.tree())
    }
  }

  /// A track of text with every key there is.
  private var completeDefinition: TrackDefinition {
    var complete = TrackDefinition.kjv
    for track in tracks.map(completed) {
      complete.recipes.merge(track.recipes) { first, _ in first }
    }
    complete.track.model.kind = Track.Model.gpt
    (complete.track.model.experts, complete.track.model.expertsActive) = (8, 3)
    (complete.track.model.expertWidth, complete.track.model.balanceRate) = (256, 0.03)
    (complete.track.valEveryLate, complete.track.valGlance, complete.track.valNear) = (5, 12, 0.02)
    (complete.track.dataSeed, complete.track.accumulation) = (0, 1)
    complete.track.targetAccuracy = 0.97
    complete.recipes["muon"]?.muon = Muon(
      learningRate: 0.03, weightDecay: 0.1, decay: .coupled,
      momentumWarmup: MomentumWarmup(from: 0.85, steps: 100), nesterov: false,
      orthogonalization: .singularValues)
    return complete
  }
}

extension JSON {
  /// Decodes a value in which rules may have any name that this program knows.
  package static func decoded<Value: Decodable>(
    _ type: Value.Type, from bytes: [UInt8]
  ) throws -> Value {
    let decoder = JSONDecoder()
    decoder.userInfo[.ruleRegistry] = Registry.current.rules
    return try decoder.decode(type, from: Data(bytes))
  }
}
