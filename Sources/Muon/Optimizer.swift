import Autograd
import MessagePassing

/// Updates parameters, each by the rule of its group.
///
/// Every parameter is in exactly one group, which is checked at the start. The work is cut into
/// independent jobs, a whole matrix for Muon and a piece of a parameter for AdamW, that run side by side;
/// the resulting bits are the same for any number of threads.
///
/// Where several processes train together, every job has one rank that owns it, and only that rank keeps what the rule
/// remembers up to date. After an update the ranks give each other the weights.
public final class Optimizer {
  /// The groups, as they were given.
  public let groups: [ParameterGroup]
  /// The factor on every learning rate.
  public let schedule: Schedule
  let workers: Workers
  /// Who updates what.
  public let owners: Owners
  let assignments: [Assignment]
  /// The jobs of each rank.
  private let jobs: [[Job]]
  private let shares: [WorkerShare]
  /// Nil for a process alone.
  private let weights: PieceGathering?
  private(set) var updates = 0

  /// One parameter with its rule and what the rule remembers.
  struct Assignment: Sendable {
    let parameter: Parameter
    let group: String
    let rule: any UpdateRule
    let state: RuleState
  }

  /// What one thread does in an update: the same jobs each time, so that its pool stops growing.
  private struct WorkerShare: Sendable {
    let jobs: [Job]
    let pool = StoragePool()
  }

  /// The update of some elements of one parameter.
  private struct Job: Sendable {
    let assignment: Assignment
    let elements: Range<Int>
    let operations: Double

    /// Whether these are all elements of the parameter.
    var isWhole: Bool { elements.count == assignment.parameter.shape.count }
  }

  /// Creates an optimizer with a fresh state.
  ///
  /// - Parameters:
  ///   - groups: Who is updated by which rule.
  ///   - parameters: All parameters of the model, which the groups must cover exactly once.
  ///   - schedule: A factor on every learning rate.
  ///   - workers: The threads to use.
  ///   - ranks: The processes that train together; each creates the same optimizer.
  /// - Throws: ``OptimizerError`` when a parameter is in no group or in several, or a rule does not fit.
  public init(
    groups: [ParameterGroup], covering parameters: [Parameter], schedule: Schedule = Schedule(),
    workers: Workers, ranks: Ranks = .alone
  ) throws(OptimizerError) {
    try Self.check(groups, covering: parameters)
    if let problem = schedule.problem { throw .badSchedule(problem) }
    self.groups = groups
    self.schedule = schedule
    self.workers = workers
    assignments = groups.flatMap { group in
      group.parameters.map { parameter in
        Assignment(
          parameter: parameter, group: group.name, rule: group.rule,
          state: group.rule.makeState(for: parameter.shape))
      }
    }
    jobs = assignments.flatMap(Self.jobs).shared(among: ranks.count, by: \.operations)
    shares = jobs[ranks.rank].shared(among: workers.count, by: \.operations)
      .map { WorkerShare(jobs: $0) }
    owners = Owners(ranks, jobs.map { $0.map { .init($0.assignment.parameter, $0.elements) } })
    weights =
      ranks.isAlone ? nil : PieceGathering(owners.slices { $0.storage }, of: ranks)
  }

  /// Updates every parameter once.
  ///
  /// - Parameters:
  ///   - gradients: The gradients of all parameters.
  ///   - progress: How far the run has come, for the schedule.
  public func step(_ gradients: Gradients, at progress: TrainingProgress) {
    updates += 1
    let step = UpdateStep(
      progress: progress, factor: schedule.factor(at: progress), number: updates)
    workers.forEach(shares.count) { [shares] index in
      StoragePool.$current.withValue(shares[index].pool) {
        for job in shares[index].jobs {
          let parameter = job.assignment.parameter
          job.assignment.rule.update(
            parameter, elements: job.elements, gradient: gradients[parameter],
            state: job.assignment.state, at: step)
          let rule = type(of: job.assignment.rule)
          OperationClock.lap(rule.name, rule.part, .update)
        }
      }
    }
    weights?.gather(by: workers)
  }

  /// Gives every rank what the rules remember at their owners, to be saved or looked at.
  package func gatherState() {
    if owners.ranks.isAlone { return }
    let buffers = jobs.map { jobs in
      jobs.flatMap { job in
        job.assignment.state.buffers.sorted { $0.key < $1.key }.map { _, buffer in
          job.isWhole ? buffer.storage : Storage(buffer.storage, range: job.elements)
        }
      }
    }
    PieceGathering(buffers, of: owners.ranks).gather(by: workers)
  }

  /// Gives every rank the gradients at their owners, to be looked at.
  package func gather(_ gradients: Gradients) {
    if owners.ranks.isAlone { return }
    PieceGathering(owners.slices { gradients.slice(of: $0) }, of: owners.ranks)
      .gather(by: workers)
  }

  /// The bytes that all ranks send each other for the weights of a step.
  package var exchangedBytes: Int { (owners.ranks.count - 1) * weightBytes }

  /// The routing table: what happens to each parameter, group by group.
  public var routing: [Route] {
    assignments.map { assignment in
      let (parameter, rule) = (assignment.parameter, assignment.rule)
      return Route(
        parameter: parameter.name, shape: parameter.shape, group: assignment.group,
        rule: NamedRule(rule).name, learningRate: rule.learningRate, weightDecay: rule.weightDecay,
        scaleFactor: rule.scaleFactor(for: parameter.shape))
    }
  }

  /// What the rules remember, as it is now.
  public var state: OptimizerState {
    OptimizerState(updates: updates, buffers: stateBuffers.mapValues(\.elements))
  }

  /// Where the rules keep what they remember, by the names of ``state``, in their order: to be written without a copy.
  package var stateStorages: [(name: String, shape: Shape, storage: Storage)] {
    stateBuffers.sorted { $0.key < $1.key }.map { ($0, $1.shape, $1.storage) }
  }

  /// Continues from a saved state; on error nothing has changed.
  ///
  /// - Throws: ``OptimizerError/mismatchedState(_:)`` when it is not one of these parameters and rules.
  public func restore(_ state: OptimizerState) throws(OptimizerError) {
    let buffers = stateBuffers
    if state.updates < 0 { throw .mismatchedState("\(state.updates) updates") }
    for name in buffers.keys.sorted() {
      guard let saved = state.buffers[name] else { throw .mismatchedState("\(name) is missing") }
      let count = buffers[name]?.shape.count ?? 0
      if saved.count != count {
        throw .mismatchedState("\(name) has \(saved.count) elements instead of \(count)")
      }
    }
    if let stranger = state.buffers.keys.filter({ buffers[$0] == nil }).min() {
      throw .mismatchedState("\(stranger) belongs to no parameter here")
    }
    for (name, elements) in state.buffers { buffers[name]?.assign(elements) }
    updates = state.updates
  }

  /// Forgets all updates, as if the optimizer were new.
  package func forget() {
    for buffer in stateBuffers.values { buffer.storage.buffer.update(repeating: 0) }
    updates = 0
  }

  /// Every buffer of every parameter, by the name it is saved under.
  private var stateBuffers: [String: StateBuffer] {
    var buffers: [String: StateBuffer] = [:]
    for assignment in assignments {
      for (name, buffer) in assignment.state.buffers {
        buffers["\(assignment.parameter.name).\(name)"] = buffer
      }
    }
    return buffers
  }

  /// The number of buffers asked of the system by updates so far: constant after the first.
  package var allocations: Int {
    shares.reduce(0) { $0 + $1.pool.allocations }
  }

  /// The memory of what updates compute with, without the state of the rules, in bytes.
  package var bufferBytes: Int {
    shares.reduce(0) { $0 + $1.pool.bytes }
  }

  /// The memory of the parameters, in bytes.
  package var weightBytes: Int {
    assignments.reduce(0) { $0 + $1.parameter.shape.count * MemoryLayout<Float>.stride }
  }

  /// The memory of what the rules remember, in bytes.
  package var stateBytes: Int {
    stateBuffers.values.reduce(0) { $0 + $1.shape.count * MemoryLayout<Float>.stride }
  }
}

extension Optimizer {
  /// The jobs that one parameter's update consists of.
  private static func jobs(_ assignment: Assignment) -> [Job] {
    UpdateJob.jobs(of: assignment.parameter.shape, by: assignment.rule).map {
      Job(assignment: assignment, elements: $0.elements, operations: $0.operations)
    }
  }
}

extension Owners {
  /// The memory of the pieces of each rank, in what `memory` gives for a parameter.
  fileprivate func slices(_ memory: (Parameter) -> Storage) -> [[Storage]] {
    pieces.map { $0.map { Storage(memory($0.parameter), range: $0.elements) } }
  }
}
