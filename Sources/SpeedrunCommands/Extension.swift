import Autograd
import Muon
import NanoGPT
import Runs

/// What somebody's own program knows besides what comes with this package; given to ``Speedrun/main(adding:)``.
public struct Extension: Sendable {
  /// Whether it brings a track, for which others may have recipes.
  var addsTrack = false
  let add: @Sendable (inout Registry) -> Void

  /// How an own rule runs a track; what is nil is as in the track's recipe for AdamW.
  public struct Recipe<Rule: UpdateRule>: Sendable {
    let steps: Int?
    let schedule: Schedule?
    let hidden: Rule
    let embed: AdamW?
    let head: AdamW?

    /// Creates a recipe.
    ///
    /// - Parameters:
    ///   - steps: The number of training steps.
    ///   - schedule: The factor on all learning rates.
    ///   - hidden: The rule, with the hyperparameters it has on this track.
    ///   - embed: What moves the embedding.
    ///   - head: What moves the head.
    public init(
      steps: Int? = nil, schedule: Schedule? = nil, hidden: Rule, embed: AdamW? = nil,
      head: AdamW? = nil
    ) {
      (self.steps, self.schedule, self.hidden) = (steps, schedule, hidden)
      (self.embed, self.head) = (embed, head)
    }
  }

  /// An update rule for the matrices inside the blocks.
  ///
  /// On a track without a recipe for it, it runs by AdamW's, and the program warns that nobody has tuned that.
  ///
  /// - Parameters:
  ///   - rule: The rule, with the hyperparameters it has where no recipe gives others.
  ///   - recipes: Its recipes, by the names of tracks: built-in ones and those of added corpora. Another name stops the
  ///     program.
  /// - Returns: The extension.
  public static func rule<Rule: UpdateRule>(
    _ rule: Rule, recipes: [String: Recipe<Rule>] = [:]
  ) -> Extension {
    Extension { registry in
      registry.rules.add(Rule.self)
      registry.untunedRules[Rule.name] = rule
      for (name, own) in recipes {
        guard let index = registry.trackNames.firstIndex(of: name),
          let usual = registry.tracks[index].recipes[AdamW.name]
        else { fail("rule \(Rule.name): '\(name)' is none of the tracks \(registry.trackNames)") }
        registry.tracks[index].recipes[Rule.name] = Runs.Recipe(
          steps: own.steps ?? usual.steps, schedule: own.schedule ?? usual.schedule,
          hidden: own.hidden, embed: own.embed ?? usual.embed, head: own.head ?? usual.head)
      }
    }
  }

  /// A model of another architecture; a track file names it by `kind` in `[track.model]`.
  public static func model(_ name: String, _ model: any LanguageModel.Type) -> Extension {
    Extension { $0.models[name] = model }
  }

  /// A model of images of another architecture; a track file names it by `kind` in `[track.model]`.
  public static func imageModel(_ name: String, _ model: any ImageClassifier.Type) -> Extension {
    Extension { $0.imageModels[name] = model }
  }

  /// A text that can be prepared by name, and a track of the same name on it: the default track without its target.
  ///
  /// - Parameters:
  ///   - name: The name of corpus and track.
  ///   - vocabulary: The number of tokens that the track prepares it with.
  ///   - validationTokens: How many tokens to validate on. A tenth of the documents must have as many.
  ///   - text: Makes the text, of the same name; called only when it has to be prepared.
  /// - Returns: The extension.
  public static func corpus(
    _ name: String, vocabulary: Int = 1024, validationTokens: Int = 98_304,
    text: @escaping @Sendable () throws(DataError) -> Corpus
  ) -> Extension {
    Extension(addsTrack: true) { registry in
      registry.corpora.append(
        (
          name,
          { () throws(DataError) in
            let corpus = try text()
            require(corpus.name == name, "corpus '\(name)': its text is called '\(corpus.name)'")
            return corpus
          }
        ))
      var track = TrackDefinition.sprint
      (track.track.name, track.track.corpus, track.track.vocabulary) = (name, name, vocabulary)
      track.track.valTokens = validationTokens
      (track.track.version, track.track.textSHA256, track.track.target) = (nil, nil, nil)
      registry.tracks.append(track)
    }
  }
}
