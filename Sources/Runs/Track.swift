import Foundation
import NanoGPT

/// Everything about a speedrun that is not the optimizer: all optimizers share it.
public struct Track: Codable, Hashable, Sendable {
  /// The name that `--track` takes.
  public var name: String
  /// Counts the changes of what the track fixes; nil of a track that may change at any time.
  ///
  /// Results of different versions do not compare.
  public var version: Int?
  /// The name of the corpus, whose prepared files lie in `data/<corpus>-<vocabulary>`.
  public var corpus: String
  /// SHA-256 of the corpus's text, or of its images; nil accepts any.
  public var textSHA256: String?
  /// The number of tokens of its tokenizer, or of the classes of its images.
  public var vocabulary: Int
  /// Sequences, or images, per training step.
  public var batch: Int
  /// Shares the batch is split into: part of what determines the numbers.
  public var lanes: Int
  /// Parts of the batch that are computed one after the other before an update; nil for the batch in one.
  ///
  /// Each part is computed with no more lanes than it has sequences, which is what saves memory.
  public var accumulation: Int?
  /// Tokens to predict in every validation, or images to tell.
  public var valTokens: Int
  /// Training steps from one validation to the next.
  public var valEvery: Int
  /// The same in the last fifth of the schedule, where targets are reached; nil for no difference.
  public var valEveryLate: Int?
  /// A validation begins with a glance at one window in so many; nil judges the whole set every time.
  public var valGlance: Int?
  /// How near the target, in nats per token, a glance must put the loss for the whole set to be judged.
  ///
  /// See ``RunLog/needsWholeSet``.
  public var valNear: Double?
  /// Determines the order of the training windows; nil for an order of each seed's own.
  public var dataSeed: Int?
  /// The validation loss to reach, in nats per token; nil for a run without a finish line.
  public var target: Double?
  /// The share of validation images whose class is to be found; nil of text, and for a run without a finish line.
  public var targetAccuracy: Double?
  /// The model that is trained.
  public var model: Model

  /// The extents and constants of the model; its file form is in TrackModel.swift.
  public struct Model: Hashable, Sendable {
    /// The name of the architecture; nil for the GPT of this package.
    public var kind: String?
    /// The name of that GPT.
    package static let gpt = "gpt"
    /// The architecture as records name it: nil for that GPT, also where a track names it.
    package var architecture: String? { kind == Self.gpt ? nil : kind }
    /// Whether it is that GPT.
    package var isGPT: Bool { architecture == nil }
    /// The width of the residual stream.
    public var modelDimension: Int
    /// The attention heads of a block.
    public var heads: Int
    /// The number of blocks.
    public var layers: Int
    /// The tokens that the model sees at once.
    public var context: Int
    /// The bound of the logits.
    public var softcap = 15.0
    /// The factor on attention scores.
    public var attentionScale = 0.12
    /// The base of the rotary frequencies.
    public var ropeBase = 1024.0
    /// The experts in a block that tokens choose from; nil for one MLP that all tokens take.
    public var experts: Int?
    /// How many of them a token takes, beside the one that all take; nil without experts.
    public var expertsActive: Int?
    /// The width inside an expert; nil for active ones with as many weights as an MLP.
    public var expertWidth: Int?
    /// How far an expert's bias moves in a step, before any schedule; nil for the usual rate.
    public var balanceRate: Double?
    /// The extents of a model of images; nil of a language model.
    public var images: Images?
  }

  enum CodingKeys: String, CodingKey {
    case name, version, corpus, vocabulary, batch, lanes, accumulation, target, model
    case textSHA256 = "text_sha256"
    case valTokens = "val_tokens"
    case valEvery = "val_every"
    case valEveryLate = "val_every_late"
    case valGlance = "val_glance"
    case valNear = "val_near"
    case dataSeed = "data_seed"
    case targetAccuracy = "target_accuracy"
  }

  /// The lanes that run side by side: no more than a part of the batch has sequences.
  ///
  /// A lane takes a fixed share of the batch, one sequence at a time, and adds their gradients in that order into a
  /// buffer of its own; at the end of the step the lanes are summed, the first one first. So with the batch in N
  /// parts, part p is the p-th N-th of every lane's share, and memory grows with the lanes of one part, not with the
  /// batch. As long as a part has a sequence for each of ``lanes``, the parts change no bit; with fewer, sums are taken
  /// in the order of so many lanes.
  package var lanesSideBySide: Int { min(lanes, batch / (accumulation ?? 1)) }

  /// Whether it is a size of a model only, which gets its corpus by ``adopt(corpusIn:)``.
  package var isPreset: Bool { corpus.isEmpty }

  /// The name with the version, if there is one: `kjv v1`.
  public var title: String { version.map { "\(name) v\($0)" } ?? name }

  /// Whether a validation comes before the training step of this number, or after the last.
  public func validates(at step: Int, of steps: Int) -> Bool {
    let distance = isLate(step, of: steps) ? valEveryLate ?? valEvery : valEvery
    return step == steps || step.isMultiple(of: distance)
  }

  /// Whether a step is in the last fifth, where targets are reached.
  func isLate(_ step: Int, of steps: Int) -> Bool { step >= steps - steps / 5 }

  /// Returns this with the validations of another: no other number of a run depends on them.
  package func validated(like other: Track) -> Track {
    var track = self
    (track.valEvery, track.valEveryLate) = (other.valEvery, other.valEveryLate)
    (track.valGlance, track.valNear) = (other.valGlance, other.valNear)
    return track
  }

  /// The model to build.
  public var configuration: GPTConfiguration {
    GPTConfiguration(
      vocabularySize: vocabulary, modelDimension: model.modelDimension, heads: model.heads,
      layers: model.layers, context: model.context, softcap: Float(model.softcap),
      attentionScale: Float(model.attentionScale), ropeBase: model.ropeBase,
      experts: model.experts, expertsActive: model.expertsActive, expertWidth: model.expertWidth,
      balanceRate: model.balanceRate)
  }

  /// What is wrong with these values, in words; nil when nothing is.
  package var problem: String? {
    let counts = [
      ("batch", batch), ("lanes", lanes), ("val_every", valEvery),
      ("val_every_late", valEveryLate ?? valEvery),
    ]
    for (key, value) in counts where value < 1 { return "\(key) \(value) is not at least 1" }
    let limit = 1 << 16
    for (key, value) in [("batch", batch), ("lanes", lanes)] where value > limit {
      return "\(key) \(value) is above \(limit)"
    }
    if let accumulation {
      if accumulation < 1 { return "accumulation \(accumulation) is not at least 1" }
      if !batch.isMultiple(of: accumulation) {
        return "accumulation \(accumulation) does not divide the batch of \(batch)"
      }
    }
    if let dataSeed, dataSeed < 0 { return "data_seed \(dataSeed) is not at least 0" }
    if (valGlance == nil) != (valNear == nil) {
      return "val_glance and val_near go together: one is missing"
    }
    if let valGlance, valGlance < 2 { return "val_glance \(valGlance) is not at least 2" }
    if let valNear, !(valNear >= 0 && valNear.isFinite) {
      return "val_near \(valNear) is not a number of at least 0"
    }
    let models = Registry.current.modelNames
    if let kind = model.kind, !models.contains(kind) {
      return "model.kind '\(kind)' is none of \(models.joined(separator: ", "))"
    }
    if let problem = modelConfiguration.problem { return problem }
    if isOfImages, valGlance != nil {
      return "val_glance is for text: images are judged as a whole"
    }
    if isOfImages ? target != nil : targetAccuracy != nil {
      return "target is the loss of text, target_accuracy that of images"
    }
    if let targetAccuracy, !(targetAccuracy > 0 && targetAccuracy <= 1) {
      return "target_accuracy \(targetAccuracy) is not above 0 and at most 1"
    }
    if valTokens < model.context {
      return "val_tokens \(valTokens) is not at least the context \(model.context)"
    }
    if let target, !target.isFinite { return "target \(target) is not a finite number" }
    return nil
  }
}

extension Track {
  /// Makes this the track for the corpus prepared in `directory`, whichever that is.
  ///
  /// On another text or vocabulary the target means nothing, so there is none.
  package mutating func adopt(corpusIn directory: URL) throws(DataError) {
    if isOfImages { return try adopt(try ImageManifest(in: directory)) }
    let manifest = try PreparedData.manifest(in: directory)
    let text = manifest?.corpus ?? directory.standardizedFileURL.lastPathComponent
    if text == corpus, manifest?.vocabulary ?? vocabulary == vocabulary { return }
    if text != corpus { textSHA256 = nil }
    name = isPreset ? "\(text)-\(name)" : text
    corpus = text
    version = nil
    target = nil
    guard let manifest else { return }
    vocabulary = manifest.vocabulary
    let windows = manifest.shards.reduce(0) { windows, shard in
      shard.split == .validation ? windows + max(0, shard.tokens - 1) / model.context : windows
    }
    valTokens = min(valTokens, max(1, windows) * model.context)
    if let problem {
      throw .badData(
        path: directory.appendingPathComponent(Manifest.fileName).path,
        reason: "no track can be made of it: \(problem)", hint: "prepare the corpus again")
    }
  }
}

extension Track {
  /// What it asks of its data.
  package var demand: PreparedData.Demand {
    PreparedData.Demand(
      track: name, corpus: corpus, textSHA256: textSHA256, vocabulary: vocabulary)
  }

  /// The directory where its corpus is prepared by default.
  package var dataDirectory: URL { Self.dataDirectory(corpus: corpus, vocabulary: vocabulary) }

  /// The directory where a corpus is prepared by default.
  package static func dataDirectory(corpus: String, vocabulary: Int) -> URL {
    URL(fileURLWithPath: "data", isDirectory: true).appendingPathComponent(
      CorpusPreparation.directoryName(corpus: corpus, vocabularySize: vocabulary),
      isDirectory: true)
  }

  /// The data of its own corpus; one that is known by name and not there yet is prepared first.
  package func preparedData(progress: (String) -> Void) throws(DataError) -> any TrainingData {
    let manifest = dataDirectory.appendingPathComponent(Manifest.fileName)
    if !FileManager.default.fileExists(atPath: manifest.path),
      let text = Registry.current.corpus(named: corpus)
    {
      progress("preparing \(corpus) in \(dataDirectory.relativePath), once")
      try CorpusPreparation.prepare(
        try text(), into: dataDirectory, vocabularySize: vocabulary, progress: progress)
    } else if !FileManager.default.fileExists(atPath: manifest.path),
      let images = Registry.current.images(named: corpus)
    {
      progress("preparing \(corpus) in \(dataDirectory.relativePath), once")
      try ImagePreparation.prepare(try images(), into: dataDirectory, progress: progress)
    }
    return try data(in: dataDirectory)
  }

  /// The data in a directory, if they are what it asks for.
  package func data(in directory: URL) throws(DataError) -> any TrainingData {
    guard let images = model.images else { return try PreparedData(in: directory, for: demand) }
    return try PreparedImages(in: directory, for: demand, extents: images.extents)
  }

  /// Makes this the track for prepared images, whichever they are; on others than its own it has no target.
  private mutating func adopt(_ manifest: ImageManifest) throws(DataError) {
    if manifest.corpus == corpus, manifest.classes == vocabulary { return }
    (name, corpus, vocabulary) = (manifest.corpus, manifest.corpus, manifest.classes)
    (version, targetAccuracy, textSHA256) = (nil, nil, nil)
    model.images?.height = manifest.extents.height
    model.images?.width = manifest.extents.width
    model.images?.channels = manifest.extents.channels
    let images = manifest.shards.reduce(0) { $0 + ($1.split == .validation ? $1.images : 0) }
    valTokens = min(valTokens, images)
  }
}
