import Autograd
import Foundation
import Machine
import MessagePassing
import Muon
import NanoGPT
import Text

/// Who watches a run: shows how far it is.
package protocol TrainingObserver {
  /// A training step has ended.
  mutating func trained(step: Int, loss: Double, tokens: Int, time: Duration)
  /// A validation of a model has ended; the observer may ask it for text, and must not train it.
  mutating func validated(loss: Double, of model: any TrainableModel)
  /// Something did not work that training can do without.
  mutating func warned(_ text: String)
}

/// One speedrun: a model, an optimizer, batches, and the loop over them.
///
/// The run goes through its whole schedule, also when it reaches the target before: stopping on a
/// lucky validation would reward luck.
///
/// Several ranks go through the same loop side by side: lanes and optimizer share out the work, and give every rank the
/// same losses and weights. The first one writes.
package struct TrainingRun {
  package let plan: RunPlan
  package let parameters: [Parameter]
  package let optimizer: Optimizer
  private let model: any TrainableModel
  private let lanes: Lanes
  private let ranks: Ranks
  private var task: any TrainingTask
  /// Where the run goes on from.
  private let start: RunCheckpoint?

  /// Builds the model with its initial weights, and everything that trains it.
  ///
  /// - Parameters:
  ///   - plan: What to run.
  ///   - data: What to train on.
  ///   - threads: The number of threads, on which no number depends.
  ///   - ranks: The processes that train together, on which no number depends either.
  ///   - start: The checkpoint to go on from; nil to begin.
  /// - Throws: `DataError` for data that do not fit, `OptimizerError` for rules that do not, ``UsageError`` for more
  ///   ranks than there are lanes.
  package init(
    _ plan: RunPlan, on data: any TrainingData, threads: Int, among ranks: Ranks = .alone,
    from start: RunCheckpoint? = nil
  ) throws {
    if let problem = plan.problem(with: ranks) { throw problem }
    let (track, recipe) = (plan.track, plan.recipe)
    let workers = Workers(count: threads)
    let scope = ParameterScope(seed: plan.seed)
    (self.plan, self.start, self.ranks) = (plan, start, ranks)
    model = plan.model(in: scope)
    parameters = scope.parameters
    optimizer = try Optimizer(
      groups: recipe.groups(for: model), covering: parameters, schedule: recipe.schedule,
      workers: workers, ranks: ranks)
    lanes = Lanes(
      count: track.lanesSideBySide, scope: scope, workers: workers, owners: optimizer.owners)
    task = try plan.task(
      training: model, on: data, in: lanes, from: start?.header.position ?? .start)
  }

  /// What is to be recorded of the ranks; every one must ask, and it is nil of a process alone.
  package func rankGroup() -> Environment.RankGroup? {
    Environment.RankGroup(
      ranks, bytesPerStep: lanes.exchangedBytes + optimizer.exchangedBytes)
  }

  /// Trains, writing the log and checkpoints as it goes.
  ///
  /// - Parameters:
  ///   - earlier: What the log says so far.
  ///   - directory: Where to write; nil at all ranks but the first.
  ///   - checkpoints: What writes them; those of other ranks never do.
  ///   - observer: Who watches.
  /// - Returns: The log, and what it cannot tell.
  /// - Throws: `DataError` when the log cannot be written, or the checkpoint to go on from is damaged.
  package mutating func train(
    after earlier: RunLog, into directory: RunDirectory?, checkpoints: inout CheckpointWriter,
    observer: inout some TrainingObserver
  ) throws -> (log: RunLog, process: RunRecord.Process) {
    var log = earlier
    let clock = ContinuousClock()
    warmUp()
    try start?.restore(parameters, optimizer)
    let meter = ProcessMeter(after: start?.header.process, of: ranks)

    for step in log.steps.count..<plan.steps {
      // Validation, at first before anything is learned; its time does not count.
      if plan.validates(at: step) {
        try validate(&log, directory, &observer)
        if log.endedEarly { break }
      }

      // A training step; the weights before it, where diagnostics will look at its update.
      let before = plan.diagnoses(step) ? WeightSnapshot(of: model.hiddenMatrices) : nil
      let talkBefore = ranks.communicationTime
      let start = clock.now
      let batch = task.next()
      let (loss, gradients) = lanes.lossAndGradients(sequences: batch.count, loss: batch.loss)
      let now = TrainingProgress(step, of: plan.steps)
      let beforeUpdate = clock.now
      if loss.isFinite { optimizer.step(gradients, at: now) }
      let end = clock.now
      let time = end - start

      // The log.
      let event = log.train(
        RunLog.Step(
          loss: loss.ifFinite, time: time, optimizerTime: end - beforeUpdate,
          communicationTime: ranks.isAlone ? nil : ranks.communicationTime - talkBefore))
      try directory?.append(event, of: plan)
      observer.trained(step: step, loss: loss, tokens: batch.tokens, time: time)
      if let before, loss.isFinite {
        optimizer.gatherState()
        optimizer.gather(gradients)
        // Who does not write need not look.
        let diagnoses =
          directory.map { _ in optimizer.diagnoses(since: before, gradients, at: now) } ?? []
        for diagnosis in diagnoses {
          let event = log.diagnose(
            LogEvent.Diagnostics(
              diagnosis, step: step, expertLoad: expertLoad(diagnosis.matrix, gradients)))
          try directory?.append(event, of: plan)
        }
      }

      // Reasons to end early, and what it takes to go on later.
      guard loss.isFinite else { break }
      let (isAsked, isDue) = agree(isDue: checkpoints.isDue(after: step + 1))
      log.isInterrupted = isAsked && step + 1 < plan.steps
      if log.isInterrupted || isDue {
        optimizer.gatherState()
        let failure = checkpoints.write(
          step: step + 1, position: task.position, process: meter.process(), of: parameters,
          optimizer, isLast: log.isInterrupted)
        if let failure { observer.warned("no checkpoint: \(failure)") }
      }
      if log.isInterrupted { break }
    }

    if log.endedEarly { return (log, meter.process()) }
    try validate(&log, directory, &observer)
    // Who does not write need not ask what the weights know, and weights that are no numbers know nothing.
    let isAsked = plan.diagnosticsEvery != nil && directory != nil && log.final?.loss != nil
    let evaluation = isAsked ? try task.evaluate() : nil
    var process = meter.process()
    process.evaluation = evaluation
    return (log, process)
  }

  /// Whether somebody has asked any rank to end, and whether it is time for a checkpoint: the same at all ranks.
  private func agree(isDue: Bool) -> (isAsked: Bool, isDue: Bool) {
    let wishes = ranks.greatest([Int(Interruption.signalNumber), isDue ? 1 : 0])
    if wishes[0] != 0 { Interruption.adopt(Int32(wishes[0])) }
    return (wishes[0] != 0, wishes[1] != 0)
  }

  /// How a router with this weight has shared out the batch: what arrived at its bias, divided by the sum.
  private func expertLoad(_ matrix: String, _ gradients: Gradients) -> [Float]? {
    guard let router = model.routers.first(where: { $0.weight.name == matrix }) else { return nil }
    let visits = gradients[router.bias].elements
    let all = visits.reduce(0, +)
    return visits.map { $0 / all }
  }

  /// Judges the model: at a glance, and on the whole validation set where that counts.
  private mutating func validate(
    _ log: inout RunLog, _ directory: RunDirectory?, _ observer: inout some TrainingObserver
  ) throws {
    func note(
      _ evaluation: Evaluation,
      _ write: (inout RunLog, _ loss: Double?, _ bits: Double?) -> LogEvent
    ) throws {
      let event = write(
        &log, evaluation.loss.ifFinite, evaluation.bitsPerByte?.ifFinite)
      observer.validated(loss: evaluation.loss, of: model)
      try directory?.append(event, of: plan)
    }
    if plan.track.valGlance != nil {
      try note(task.glance()) { $0.glance(loss: $1, bitsPerByte: $2) }
    }
    guard log.needsWholeSet else { return }
    let whole = task.judge()
    try note(whole) { $0.validate(loss: $1, bitsPerByte: $2, accuracy: whole.accuracy) }
  }

  /// Runs everything once on dummy data, so that the first timed step is like the others.
  ///
  /// A sequence in each lane is enough: the next ones use its buffers again.
  /// It leaves no trace: the weights are put back as they were, and the optimizer forgets.
  private func warmUp() {
    let weights = parameters.map(\.value.elements)
    let batch = task.rehearsal(of: min(plan.track.batch, lanes.count))
    let (_, gradients) = lanes.lossAndGradients(sequences: batch.count, loss: batch.loss)
    optimizer.step(gradients, at: TrainingProgress(0, of: plan.steps))
    for (parameter, elements) in zip(parameters, weights) { parameter.assign(elements) }
    optimizer.forget()
  }
}
