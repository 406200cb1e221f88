import Experiments
import MessagePassing
import Muon
import NanoGPT
import Runs
import Text

/// What a training step will take, in one process or among ranks, from what its parts cost on this machine.
///
///     step     = forward and backward + update + messages
///     forward  = rounds x sequences of a lane x a sequence's time + the weights' time
///                rounds: lanes of a rank / threads, rounded up
///     update   = the jobs of the busiest thread of the busiest rank
///     messages = 2 (R - 1 messages) + the words of the busiest rank: gradients, then weights
///                + 2 exchanges of a few numbers, log2 R messages each
///     memory   = weights + gradients of a rank's lanes + the rules' state + weights laid out for products
///                + activations of the lanes that run side by side + buffers of updates and of messages
///
/// Ranks of one machine share its memory, so each works with the weights at their share of the speed.
struct StepEstimate: Encodable {
  /// The number of processes.
  let ranks: Int
  /// The lanes of all ranks.
  let lanes: Int
  /// Parts of a step, in seconds, of the slowest rank.
  let forwardBackwardSeconds: Double
  let updateSeconds: Double
  let messageSeconds: Double
  /// The whole step, in seconds.
  let seconds: Double
  let tokensPerSecond: Double
  /// The most memory that a rank will have, in bytes.
  let bytes: Int
  /// What all ranks send each other in a step, in bytes.
  let bytesSent: Int
  /// The operations of the busiest rank's update, as a share of those of its forward and backward.
  let updateOperationsShare: Double

  /// Estimates for so many processes.
  ///
  /// - Parameters:
  ///   - costs: What was measured with all threads of a machine.
  ///   - ranks: The number of processes, at most one for each sequence of the batch. Where there are more than lanes, each
  ///     has one lane.
  ///   - perMachine: How many of them share a machine.
  ///   - network: What carries their messages.
  init(_ costs: StepCosts, ranks: Int = 1, perMachine: Int = 1, over network: Network = .usual) {
    let (track, model) = (costs.plan.track, costs.plan.track.configuration)
    let lanes = max(track.lanesSideBySide, ranks)
    let machineRanks = min(ranks, perMachine)
    let threads = max(1, costs.threads / machineRanks)
    let ownLanes = Ranks.share(of: lanes, rank: 0, among: ranks).count
    let rounds = (ownLanes + threads - 1) / threads
    let sequences = Double(track.batch) / Double(lanes)

    let jobs = costs.parameters.flatMap { rule, shape in
      UpdateJob.jobs(of: shape, by: rule).map {
        (job: $0, seconds: costs.seconds(of: $0, by: rule))
      }
    }
    let shares = jobs.shared(among: ranks, by: \.job.operations)
    let updates = shares.map { share in
      share.shared(among: threads, by: \.job.operations)
        .map { $0.reduce(0) { $0 + $1.seconds } }.max() ?? 0
    }
    let messages = StepMessages(
      lanes: lanes, owned: shares.map { $0.reduce(0) { $0 + $1.job.elements.count } })
    let operations = model.projectionOperationsPerToken + model.attentionOperationsPerToken
    let ownTokens = Double(ownLanes) * sequences * Double(track.model.context)

    self.ranks = ranks
    self.lanes = lanes
    forwardBackwardSeconds =
      Double(rounds) * sequences * costs.sequence + costs.weightWork * Double(machineRanks)
    updateSeconds = updates.max() ?? 0
    messageSeconds = messages.seconds(over: network)
    seconds = forwardBackwardSeconds + updateSeconds + messageSeconds
    tokensPerSecond = Double(costs.plan.tokensPerStep) / seconds
    // The weights are there once more while the machine warms up.
    bytes =
      StepCosts.programBytes + costs.updateBuffers + costs.weights * (2 + ownLanes) + costs.state
      + costs.packed + costs.activations * min(threads, ownLanes) + messages.bufferBytes
    bytesSent = messages.bytes
    updateOperationsShare =
      (shares.map { $0.reduce(0) { $0 + $1.job.operations } }.max() ?? 0)
      / (ownTokens * operations)
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
