import Autograd
import Foundation
import NanoGPT

/// What the training loop needs to know of a model and its data: batches, and how well the model does.
///
/// Text and images are two tasks; the loop is one.
protocol TrainingTask {
  /// Where the next batch comes from.
  var position: BatchLoader.Position { get }

  /// Takes the next batch.
  mutating func next() -> TrainingBatch

  /// So many inputs that look like a batch's, and are none.
  func rehearsal(of count: Int) -> TrainingBatch

  /// Judges the model by a part of the validation set; the weights must not change before ``judge()``.
  mutating func glance() -> Evaluation

  /// Judges the model by the whole validation set.
  mutating func judge() -> Evaluation

  /// Says what the model knows beyond the loss; nil where nothing is known how to ask.
  func evaluate() throws -> TextEvaluation?
}

/// Inputs whose losses are computed side by side: sequences, or images.
struct TrainingBatch {
  /// The number of inputs.
  let count: Int
  /// The tokens predicted in all of them, or the images.
  let tokens: Int
  /// The loss of the input of a number, recorded.
  let loss: @Sendable (Int) -> Tensor
}

extension RunPlan {
  /// The task of a model that this plan has built, on its data.
  ///
  /// - Throws: `DataError` for data that do not fit.
  func task(
    training model: any TrainableModel, on data: any TrainingData, in lanes: Lanes,
    from position: BatchLoader.Position
  ) throws -> any TrainingTask {
    if let model = model as? any LanguageModel, let data = data as? PreparedData {
      return try LanguageTask(model, of: self, on: data, in: lanes, from: position)
    }
    if let model = model as? any ImageClassifier, let data = data as? PreparedImages {
      return try ImageTask(model, of: self, on: data, in: lanes, from: position)
    }
    throw DataError.badData(
      path: data.directory.path,
      reason: track.isOfImages ? "text, which is no images" : "images, which are no text",
      hint: "choose another track, or other data")
  }
}

/// Predicting the next token.
struct LanguageTask: TrainingTask {
  private let model: any LanguageModel
  private let track: Track
  private let data: PreparedData
  private let workers: Workers
  private var batches: BatchLoader
  private var validation: GlancingValidation

  init(
    _ model: any LanguageModel, of plan: RunPlan, on data: PreparedData, in lanes: Lanes,
    from position: BatchLoader.Position
  ) throws(DataError) {
    (self.model, track, self.data, workers) = (model, plan.track, data, lanes.workers)
    batches = try BatchLoader(
      shards: data.trainingShards, batchSize: track.batch,
      contextLength: track.model.context, seed: plan.dataSeed, from: position)
    let windows = try ValidationSet(
      shards: data.validationShards, tokens: track.valTokens,
      contextLength: track.model.context)
    validation = GlancingValidation(
      windows, every: track.valGlance, tokenizer: data.tokenizer, lanes: lanes)
  }

  var position: BatchLoader.Position { batches.position }

  mutating func next() -> TrainingBatch {
    let batch = batches.next()
    return TrainingBatch(count: batch.count, tokens: batch.tokens) { [model] index in
      model.loss(of: batch.inputs[index], against: batch.targets[index])
    }
  }

  func rehearsal(of count: Int) -> TrainingBatch {
    let tokens = (0..<track.model.context).map { TokenID($0 % track.vocabulary) }
    return TrainingBatch(count: count, tokens: count * tokens.count) { [model] _ in
      model.loss(of: tokens, against: tokens)
    }
  }

  mutating func glance() -> Evaluation { validation.glance(model) }

  mutating func judge() -> Evaluation { validation.whole(model) }

  func evaluate() throws -> TextEvaluation? {
    try TextEvaluator(
      data, valTokens: track.valTokens, model: model.configuration, on: workers
    )?.evaluate(model)
  }
}

/// Telling the classes of images apart.
struct ImageTask: TrainingTask {
  private let model: any ImageClassifier
  private let images: LabelledImages
  private let scale: PixelScale
  private let validation: ImageValidation
  private var loader: ImageLoader

  init(
    _ model: any ImageClassifier, of plan: RunPlan, on data: PreparedImages, in lanes: Lanes,
    from position: BatchLoader.Position
  ) throws(DataError) {
    (self.model, images) = (model, data.train.images)
    scale = PixelScale(of: images)
    loader = try ImageLoader(
      data.train, batchSize: plan.track.batch, seed: plan.dataSeed, from: position)
    validation = try ImageValidation(
      data.validation, count: plan.track.valTokens, scale, lanes: lanes)
  }

  var position: BatchLoader.Position { loader.position }

  mutating func next() -> TrainingBatch { batch(loader.next()) }

  /// The first images: what they show is forgotten.
  func rehearsal(of count: Int) -> TrainingBatch {
    batch((0..<count).map { $0 % images.count })
  }

  private func batch(_ places: [Int]) -> TrainingBatch {
    TrainingBatch(count: places.count, tokens: places.count) { [model, images, scale] index in
      model.loss(of: scale.tensor(places[index], of: images), label: images.labels[places[index]])
    }
  }

  /// A track of images has no glances.
  mutating func glance() -> Evaluation { judge() }

  mutating func judge() -> Evaluation { validation.judge(model) }

  func evaluate() -> TextEvaluation? { nil }
}
