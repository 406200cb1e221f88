import Autograd
import Muon
import NanoGPT
import Runs
import Statistics

/// What the parts of a training step cost on this machine, for any architecture, by any optimizer.
///
/// Measured are models of one block, of two, and of a larger vocabulary, as a block costs the same wherever it stands, and
/// so does a token of the vocabulary. Each takes one sequence a thread, and three: what grows is the cost of sequences,
/// and the rest that of weights, which every step lays out for products.
struct StepCosts {
  /// What was measured for.
  let plan: RunPlan
  /// Seconds of forward and backward of as many sequences as there are threads, side by side.
  let sequence: Double
  /// Seconds a step for what is done with the weights once, all threads together.
  let weightWork: Double
  /// Seconds of one thread for an operation of an update, as its rule counts them, all threads busy; by the rule's name.
  let updates: [String: Double]
  /// Bytes of the weights, and of one lane's gradients.
  let weights: Int
  /// Bytes that the rules remember.
  let state: Int
  /// Bytes of the weights laid out for products.
  let packed: Int
  /// Bytes that one lane computes with.
  let activations: Int
  /// Bytes that updates compute with, which do not grow with the number of matrices.
  let updateBuffers: Int
  /// The threads that were busy.
  let threads: Int

  /// What the program needs without any model, in bytes.
  static let programBytes = 25_000_000

  /// Measures, which takes as long as some dozens of sequences do.
  init(of plan: RunPlan, threads: Int) throws {
    let model = plan.track.model
    let small = min(plan.track.vocabulary, 512)
    let large = min(plan.track.vocabulary, 4096)
    let block = try Measurement(of: plan, layers: 1, vocabulary: small, threads)
    let twoBlocks = try Measurement(of: plan, layers: 2, vocabulary: small, threads)
    let moreTokens =
      large > small ? try Measurement(of: plan, layers: 1, vocabulary: large, threads) : block
    // How many times the measured block's weights, and those tokens, the whole model has more.
    let blocks = Double(model.layers - 1)
    let tokens = Double(plan.track.vocabulary - small) / Double(max(large - small, 1))
    func whole(_ cost: (Measurement) -> Double, blocksWeigh factor: Double = 1) -> Double {
      let ofBlock = max(cost(twoBlocks) - cost(block), 0)
      let ofTokens = max(cost(moreTokens) - cost(block), 0)
      return cost(block) + ofBlock * (blocks * factor + factor - 1) + ofTokens * tokens
    }
    let factor = Self.weights(of: plan, measured: false) / Self.weights(of: plan, measured: true)
    self.plan = plan
    self.threads = threads
    sequence = whole(\.sequence)
    weightWork = whole(\.weightWork, blocksWeigh: factor)
    updates = twoBlocks.updates
    weights = Int(whole(\.weights, blocksWeigh: factor))
    state = Int(whole(\.state, blocksWeigh: factor))
    packed = Int(whole(\.packed, blocksWeigh: factor))
    activations = Int(whole(\.activations))
    updateBuffers = twoBlocks.updateBuffers
  }

  /// The matrices and tables of the whole model, with their rules.
  var parameters: [(rule: any UpdateRule, shape: Shape)] {
    let model = plan.track.configuration
    let rules = plan.recipe.rules(for: nil).map(\.rule.rule)
    let table: Shape = [model.vocabularySize, model.modelDimension]
    let blocks = (0..<model.layers).flatMap { _ in model.blockShapes }
    return zip(rules, [blocks, [table], [table]]).flatMap { rule, shapes in
      shapes.map { (rule, $0) }
    }
  }

  /// Seconds of one thread for a job of an update.
  func seconds(of job: UpdateJob, by rule: any UpdateRule) -> Double {
    job.operations * (updates[type(of: rule).name] ?? 0)
  }

  /// The experts of a block that is measured: all, unless they have more than these weights.
  fileprivate static func experts(of plan: RunPlan) -> Int? {
    guard let mixture = plan.track.configuration.mixture else { return nil }
    let width = 2 * mixture.width * plan.track.model.modelDimension
    return min(mixture.count, max(mixture.active, 32_000_000 / width))
  }

  /// The weights of a block, as it is or as it is measured.
  private static func weights(of plan: RunPlan, measured: Bool) -> Double {
    var model = plan.track.configuration
    if measured, let experts = experts(of: plan) { model.experts = experts }
    return Double(model.blockShapes.reduce(0) { $0 + $1.count })
  }
}

/// What one small model costs.
private struct Measurement {
  /// As in ``StepCosts``, of this model.
  let sequence: Double
  let weightWork: Double
  let updates: [String: Double]
  let weights: Double
  let state: Double
  let packed: Double
  let activations: Double
  let updateBuffers: Int

  /// Times steps of a model with other extents.
  init(of plan: RunPlan, layers: Int, vocabulary: Int, _ threads: Int) throws {
    var definition = plan.definition
    definition.track.model.layers = layers
    definition.track.model.experts = StepCosts.experts(of: plan)
    definition.track.vocabulary = vocabulary
    definition.track.accumulation = nil
    func training(sequences: Int) throws -> TimedTraining {
      (definition.track.batch, definition.track.lanes) = (sequences * threads, threads)
      let small = try RunPlan(
        definition, plan.optimizer, settings: [], seed: 0, precision: plan.precision)
      return try TimedTraining(small, threads: threads)
    }

    // One model after the other: a run that follows has the memory of both at once otherwise.
    let short: Double
    do {
      var few = try training(sequences: 1)
      short = Self.median { few.forwardBackward() }
      let clock = OperationClock()
      _ = few.step()
      OperationClock.$current.withValue(clock) { _ = few.step() }
      updates = Self.updates(clock, of: few)
      weights = Double(few.optimizer.weightBytes)
      state = Double(few.optimizer.stateBytes)
      packed = Double(few.lanes.packedBytes)
      activations =
        Double(few.lanes.bufferBytes - few.lanes.packedBytes) / Double(few.lanes.pools)
      updateBuffers = few.optimizer.bufferBytes
    }
    var many = try training(sequences: Self.manySequences)
    let long = Self.median { many.forwardBackward() }
    // Noise must not make sequences free: at worst all of the time is theirs.
    sequence =
      long > short
      ? (long - short) / Double(Self.manySequences - 1) : long / Double(Self.manySequences)
    weightWork = max(0, short - sequence)
  }

  private static let manySequences = 3

  /// The usual time of something, in seconds: of once to warm up, and then for a while.
  private static func median(_ body: () -> Duration) -> Double {
    _ = body()
    var times = [body()]
    let deadline = ContinuousClock.now + .milliseconds(200)
    while ContinuousClock.now < deadline { times.append(body()) }
    return times.median?.seconds ?? 0
  }

  /// Seconds of a thread for an operation of each rule.
  private static func updates(_ clock: OperationClock, of training: TimedTraining)
    -> [String: Double]
  {
    var operations: [String: Double] = [:]
    for group in training.optimizer.groups {
      operations[type(of: group.rule).name, default: 0] += group.parameters.reduce(0) {
        $0 + group.rule.operations(elements: $1.shape.count, of: $1.shape)
      }
    }
    // A rule may have laps of other names: it is that of the matrices.
    let main = training.optimizer.groups.first.map { type(of: $0.rule).name } ?? ""
    var times: [String: Double] = [:]
    for (entry, time) in clock.totals where entry.phase == .update && entry.part != .gradientSum {
      let name = operations[entry.operation] == nil ? main : entry.operation
      times[name, default: 0] += time.seconds
    }
    return operations.reduce(into: [:]) { rates, rule in
      rates[rule.key] = (times[rule.key] ?? 0) / rule.value
    }
  }
}
