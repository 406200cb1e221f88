import Muon
import NanoGPT
import Runs

/// What somebody's own program knows besides what comes with this package; given to ``Speedrun/main(adding:)``.
public struct Extension: Sendable {
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

  /// An update rule for the matrices inside the blocks, with a recipe for each track that it can run, by the track's name.
  public static func rule<Rule: UpdateRule>(
    _ rule: Rule.Type, recipes: [String: Recipe<Rule>]
  ) -> Extension {
    Extension { registry in
      registry.rules.add(rule)
      for index in registry.tracks.indices {
        guard let own = recipes[registry.tracks[index].track.name],
          let usual = registry.tracks[index].recipes[AdamW.name]
        else { continue }
        registry.tracks[index].recipes[rule.name] = Runs.Recipe(
          steps: own.steps ?? usual.steps, schedule: own.schedule ?? usual.schedule,
          hidden: own.hidden, embed: own.embed ?? usual.embed, head: own.head ?? usual.head)
      }
    }
  }

  /// A model of another architecture; a track file names it by `kind` in `[track.model]`.
  public static func model(_ name: String, _ model: any LanguageModel.Type) -> Extension {
    Extension { $0.models[name] = model }
  }

  /// A text that can be prepared by name, and a track of the same name on it: the default track without its target.
  ///
  /// - Parameters:
  ///   - name: The name of corpus and track.
  ///   - vocabulary: The number of tokens that the track prepares it with.
  ///   - text: Makes the text; called only when it has to be prepared.
  /// - Returns: The extension.
  public static func corpus(
    _ name: String, vocabulary: Int = 1024,
    text: @escaping @Sendable () throws(DataError) -> Corpus
  ) -> Extension {
    Extension { registry in
      registry.corpora.append((name, text))
      var track = TrackDefinition.kjv
      (track.track.name, track.track.corpus, track.track.vocabulary) = (name, name, vocabulary)
      (track.track.version, track.track.textSHA256, track.track.target) = (nil, nil, nil)
      registry.tracks.append(track)
    }
  }
}
