import Autograd
import Experiments
import Foundation
import Muon
import NanoGPT
import Runs
import Statistics
import Text

/// What a training step will take, from steps of smaller models: for whoever has to decide whether to wait.
///
/// A block costs the same wherever it stands, and so does a token of the vocabulary. So models of one block, of two,
/// and of a larger vocabulary say what each costs, on this machine, by this optimizer, for any architecture; the
/// whole is the sum. Each is trained on as many sequences as run side by side.
struct StepEstimate {
  /// Of a step, in seconds.
  let seconds: Double
  /// The most memory that the run will have, in bytes.
  let bytes: Int

  /// Measures, which takes as long as a few sequences do.
  init(_ plan: RunPlan, threads: Int) throws {
    let (track, layers) = (plan.track, plan.track.model.layers)
    let small = min(track.vocabulary, 512)
    let large = min(track.vocabulary, 4096)
    let block = try Cost(of: plan, layers: 1, vocabulary: small, threads)
    let twoBlocks = try Cost(of: plan, layers: 2, vocabulary: small, threads)
    var whole = block + (twoBlocks - block) * Double(layers - 1)
    if large > small {
      let tokens = try Cost(of: plan, layers: 1, vocabulary: large, threads)
      whole =
        whole + (tokens - block) * (Double(track.vocabulary - small) / Double(large - small))
    }
    let lanes = track.lanesSideBySide
    let atOnce = min(threads, lanes)
    // As many rounds of lanes as threads need, each as long as a lane's share of the batch.
    let rounds = (lanes + threads - 1) / threads * (track.batch / lanes)
    seconds = whole.sequence * Double(rounds) + whole.update
    // The weights are there once more while the machine warms up.
    bytes =
      Cost.programBytes + twoBlocks.optimizerBuffers
      + Int(whole.weights * Double(2 + lanes) + whole.state + whole.packed)
      + Int(whole.activations) * atOnce
  }

  /// Whether a run is worth the measurement: one of a preset, whose size nobody has seen run, or of steps so long that
  /// it does not matter.
  static func isWorth(_ plan: RunPlan, of source: TrackSource) -> Bool {
    if plan.track.isOfImages { return false }
    let model = plan.track.configuration
    let operations = model.projectionOperationsPerToken + model.attentionOperationsPerToken
    return source.preset != nil || Double(plan.tokensPerStep) * operations > 1e12
  }

  /// What is said of it before a run begins.
  func text(of plan: RunPlan) -> String {
    "\(plan.track.name): a step of \(Format.grouped(plan.tokensPerStep)) tokens will take about "
      + "\(Format.duration(seconds)), \(plan.steps) steps \(Format.duration(Double(plan.steps) * seconds)), and "
      + "\(Format.bytes(bytes)) of memory"
  }
}

/// What one small model costs.
private struct Cost {
  /// Seconds of forward and backward of as many sequences as run side by side.
  var sequence: Double
  /// Seconds of the optimizer.
  var update: Double
  /// Bytes of the weights, and of one lane's gradients.
  var weights: Double
  /// Bytes that the rules remember.
  var state: Double
  /// Bytes of the weights laid out for products.
  var packed: Double
  /// Bytes that one lane computes with.
  var activations: Double
  /// Bytes that updates compute with, which do not grow with the number of matrices.
  var optimizerBuffers = 0

  /// What the program needs without any model, in bytes.
  static let programBytes = 25_000_000

  /// Times steps of a model with other extents.
  init(of plan: RunPlan, layers: Int, vocabulary: Int, _ threads: Int) throws {
    var definition = plan.definition
    let sequences = min(threads, plan.track.lanesSideBySide)
    definition.track.model.layers = layers
    definition.track.vocabulary = vocabulary
    (definition.track.batch, definition.track.lanes) = (sequences, sequences)
    definition.track.accumulation = nil
    let small = try RunPlan(
      definition, plan.optimizer, settings: [], seed: 0, precision: plan.precision)
    var training = try TimedTraining(small, threads: threads)
    _ = training.step()
    var steps = [training.step()]
    let deadline = ContinuousClock.now + .milliseconds(200)
    while ContinuousClock.now < deadline { steps.append(training.step()) }
    sequence = (steps.map(\.forwardBackward).median ?? .zero) / .seconds(1)
    update = (steps.map(\.optimizer).median ?? .zero) / .seconds(1)
    let lanes = training.lanes
    weights = Double(training.optimizer.weightBytes)
    state = Double(training.optimizer.stateBytes)
    packed = Double(lanes.packedBytes)
    activations = Double(lanes.bufferBytes - lanes.packedBytes) / Double(lanes.pools)
    optimizerBuffers = training.optimizer.bufferBytes
  }

  private init(_ a: Cost, _ b: Cost, _ combine: (Double, Double) -> Double) {
    sequence = combine(a.sequence, b.sequence)
    update = combine(a.update, b.update)
    weights = combine(a.weights, b.weights)
    state = combine(a.state, b.state)
    packed = combine(a.packed, b.packed)
    activations = combine(a.activations, b.activations)
  }

  static func + (a: Cost, b: Cost) -> Cost { Cost(a, b, +) }
  /// What is more in the first; noise must not make that less than nothing.
  static func - (a: Cost, b: Cost) -> Cost { Cost(a, b) { max($0 - $1, 0) } }
  static func * (a: Cost, factor: Double) -> Cost { Cost(a, a) { value, _ in value * factor } }
}
