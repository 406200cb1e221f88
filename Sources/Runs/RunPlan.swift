import Autograd
import Foundation
import Muon
import NanoGPT

/// One run, decided in full before it starts: what determines its numbers, and what its log looks like.
package struct RunPlan: Sendable {
  /// The track and its recipes, before any setting.
  package let original: TrackDefinition
  /// The same with what settings changed.
  package let definition: TrackDefinition
  /// The name of the rule that moves the matrices inside the blocks.
  package let optimizer: String
  package let recipe: Recipe
  /// What was changed about track and recipe.
  package let settings: [Setting]
  /// Determines the initial weights and, where the track does not fix it, the order of the data.
  package let seed: UInt64
  /// The arithmetic of the model's matrix products.
  package let precision: Precision
  /// Training steps from one look at the updates to the next; nil for none at all.
  package let diagnosticsEvery: Int?

  /// Applies `settings` to a track as it is in its file.
  package init(
    _ definition: TrackDefinition, _ optimizer: String, settings: [Setting], seed: UInt64,
    precision: Precision, diagnosticsEvery: Int? = nil
  ) throws(UsageError) {
    original = definition
    self.definition = try definition.applying(settings, for: optimizer)
      .withoutClaims(
        of: definition, given: Set(settings.map(\.key)).intersection(["target", "target_accuracy"]))
    recipe = try self.definition.recipe(for: optimizer)
    self.optimizer = optimizer
    self.settings = settings
    self.seed = seed
    self.precision = precision
    self.diagnosticsEvery = diagnosticsEvery
  }

  /// What all optimizers share.
  package var track: Track { definition.track }

  /// The number of training steps.
  package var steps: Int { recipe.steps }

  /// The tokens of a training step.
  package var tokensPerStep: Int { track.batch * track.model.context }

  /// Determines the order of the training windows: the track's, or one that follows from the seed.
  ///
  /// Every epoch takes the next number, so those of two seeds lie a million epochs apart.
  package var dataSeed: UInt64 {
    track.dataSeed.map { UInt64($0) } ?? (seed % (1 << 31) + 1) << 20
  }

  /// Whether a validation comes before the training step of this number, or after the last.
  package func validates(at step: Int) -> Bool { track.validates(at: step, of: steps) }

  /// Whether diagnostics look at the update of this number.
  func diagnoses(_ step: Int) -> Bool {
    diagnosticsEvery.map { step.isMultiple(of: $0) } ?? false
  }

  /// Builds the model, and registers its parameters in `scope`.
  package func model(in scope: ParameterScope) -> any TrainableModel {
    Self.model(track.model.kind, track.modelConfiguration, precision, in: scope)
  }

  /// Builds a model of an architecture, by its name; nil is the GPT of this package.
  package static func model(
    _ kind: String?, _ configuration: ModelConfiguration, _ precision: Precision,
    in scope: ParameterScope
  ) -> any TrainableModel {
    switch configuration {
    case .language(let configuration):
      return languageModel(kind, configuration, precision, in: scope)
    case .images(let configuration):
      guard let architecture = kind.flatMap({ Registry.current.imageModels[$0] }) else {
        fail("no model of images is called \(kind ?? "nothing")")
      }
      return architecture.init(configuration, precision: precision, in: scope)
    }
  }

  /// Builds a language model of an architecture, by its name; nil is the GPT of this package.
  package static func languageModel(
    _ kind: String?, _ configuration: GPTConfiguration, _ precision: Precision,
    in scope: ParameterScope
  ) -> any LanguageModel {
    guard let architecture = Registry.current.models[kind ?? Track.Model.gpt] else {
      fail("no model is called \(kind ?? Track.Model.gpt)")
    }
    return architecture.init(configuration, precision: precision, in: scope)
  }
}
