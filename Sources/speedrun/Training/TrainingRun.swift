import Autograd
import Foundation
import Muon
import NanoGPT
import Text

/// One speedrun: a model, an optimizer, batches, and the loop over them.
///
/// The run goes through its whole schedule, also when it reaches the target before: stopping on a
/// lucky validation would reward luck.
struct TrainingRun {
  let plan: RunPlan
  let parameters: [Parameter]
  let optimizer: Optimizer
  let configuration: RunRecord.Configuration
  private let model: GPT
  private let lanes: Lanes
  private var batches: BatchLoader
  private let validation: ValidationSet
  private let validationBytes: Int?

  /// Builds the model with its initial weights, and everything that trains it.
  init(_ plan: RunPlan, on data: PreparedData) throws {
    let (track, recipe) = (plan.track, plan.recipe)
    let workers = Workers(count: plan.threads)
    let scope = ParameterScope(seed: plan.seed)
    self.plan = plan
    model = GPT(track.configuration, precision: plan.precision, in: scope)
    parameters = scope.parameters
    lanes = Lanes(count: track.lanes, scope: scope, workers: workers)
    optimizer = try Optimizer(
      groups: recipe.groups(for: model), covering: parameters, schedule: recipe.schedule,
      workers: workers)
    batches = try BatchLoader(
      shards: data.trainingShards, batchSize: track.batch,
      contextLength: track.model.context, seed: UInt64(track.dataSeed))
    validation = try ValidationSet(
      shard: data.validationShards[0], tokens: track.valTokens,
      contextLength: track.model.context)
    validationBytes = data.tokenizer?.byteCount(of: validation.windows.targets.joined())
    configuration = RunRecord.Configuration(plan, groups: optimizer.groups)
  }

  /// Trains, writing the logs as it goes, and returns what happened.
  mutating func train(
    into directory: RunDirectory, progress: inout RunProgress
  ) throws -> Trajectory {
    // Whatever comes next, an error too, starts on a line of its own.
    defer { progress.display.clear() }
    let steps = plan.recipe.steps
    let schedule = plan.recipe.schedule
    var trajectory = Trajectory(target: plan.track.target)
    if plan.savesInitialWeights { try directory.write(initial: parameters, of: configuration) }
    try warmUp()
    trajectory.startupSeconds = ProcessStart.secondsAgo
    let callsBefore = NewtonSchulz.calls

    for step in 0..<steps {
      // Validation, at first before anything is learned; its time does not count.
      if plan.track.validates(at: step, of: steps) {
        try validate(at: step, &trajectory, directory, &progress)
        if trajectory.endedEarly { break }
      }

      // A training step; the weights before it, where diagnostics will look at its update.
      let before = plan.diagnoses(step) ? WeightSnapshot(of: model.hiddenMatrices) : nil
      let start = ContinuousClock.now
      let batch = batches.next()
      let (loss, gradients) = lanes.lossAndGradients(sequences: batch.count) { [model] index in
        model.loss(of: batch.inputs[index], against: batch.targets[index])
      }
      let now = TrainingProgress(step, of: steps)
      let beforeUpdate = ContinuousClock.now
      if loss.isFinite { optimizer.step(gradients, at: now) }
      let end = ContinuousClock.now
      let (time, updateTime) = (end - start, end - beforeUpdate)

      // The log.
      trajectory.add(tokens: batch.tokens, time: time, optimizerTime: updateTime)
      try directory.append(
        .train(
          LogEvent.Train(
            step: step, loss: loss.ifFinite, learningRateFactor: schedule.factor(at: now),
            momentum: plan.recipe.momentum(at: now), stepMilliseconds: time.milliseconds,
            optimizerMilliseconds: updateTime.milliseconds,
            tokensPerSecond: Double(batch.tokens) / time.seconds)))
      progress.trained(step: step, loss: loss, tokens: batch.tokens, time: time)
      if let before, loss.isFinite {
        try diagnose(since: before, gradients, at: now, &trajectory, directory)
      }

      // Reasons to end early.
      guard loss.isFinite else {
        trajectory.divergedAtStep = step
        break
      }
      if Interruption.isRequested, step + 1 < steps {
        trajectory.isInterrupted = true
        break
      }
    }

    if !trajectory.endedEarly {
      try validate(at: steps, &trajectory, directory, &progress)
    }
    trajectory.newtonSchulzCalls = NewtonSchulz.calls - callsBefore
    return trajectory
  }

  /// Judges the model on the validation set.
  private func validate(
    at step: Int, _ trajectory: inout Trajectory, _ directory: RunDirectory,
    _ progress: inout RunProgress
  ) throws {
    let evaluation = model.evaluate(validation, bytes: validationBytes, in: lanes)
    let point = Trajectory.Validation(
      step: step, loss: evaluation.loss, bitsPerByte: evaluation.bitsPerByte?.ifFinite,
      trainSeconds: trajectory.trainSeconds)
    trajectory.add(point)
    progress.validated(loss: point.loss)
    try directory.append(
      .validation(
        LogEvent.Validation(
          step: step, loss: point.loss.ifFinite, bitsPerByte: point.bitsPerByte,
          trainSeconds: point.trainSeconds)))
    try directory.append(line: point.logLine(steps: plan.recipe.steps))
  }

  /// Runs everything once on dummy data, so that the first timed step is like the others.
  ///
  /// A sequence in each lane is enough: the next ones use its buffers again.
  /// It leaves no trace: the weights and the optimizer's state are put back as they were.
  private func warmUp() throws {
    let track = plan.track
    let (weights, state) = (parameters.map(\.value.elements), optimizer.state)
    let tokens = (0..<track.model.context).map { TokenID($0 % track.vocabulary) }
    let sequences = min(track.batch, track.lanes)
    let (_, gradients) = lanes.lossAndGradients(sequences: sequences) { [model] _ in
      model.loss(of: tokens, against: tokens)
    }
    optimizer.step(gradients, at: TrainingProgress(0, of: plan.recipe.steps))
    for (parameter, elements) in zip(parameters, weights) { parameter.assign(elements) }
    try optimizer.restore(state)
  }
}

extension RunRecord.Configuration {
  init(_ plan: RunPlan, groups: [ParameterGroup]) {
    self.init(
      model: plan.track.configuration, training: RunRecord.Training(plan),
      groups: groups.map(\.record))
  }
}

extension RunRecord.Training {
  init(_ plan: RunPlan) {
    let track = plan.track
    self.init(
      batch: track.batch, steps: plan.recipe.steps, seed: plan.seed,
      dataSeed: UInt64(track.dataSeed), lanes: track.lanes, precision: plan.precision,
      schedule: plan.recipe.schedule, target: track.target, valTokens: track.valTokens,
      valEvery: track.valEvery, valEveryLate: track.valEveryLate)
  }
}
