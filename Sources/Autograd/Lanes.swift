import CKernels
import MessagePassing
import Synchronization

/// Splits a batch into a fixed number of lanes that run forward and backward side by side.
///
/// A lane takes a fixed share of the sequences, one at a time so that its activations stay in cache, and
/// adds their gradients into a buffer of its own. At the end the lanes are summed in a fixed order. Which
/// thread runs a lane changes nothing, so the bits are the same for any number of threads. Nor does it matter which
/// process: ranks take lanes that follow each other, and send the gradients to those who own them.
public final class Lanes: Sendable {
  /// The number of lanes: part of what determines the numbers, unlike the number of threads.
  public let count: Int
  /// The threads that take lanes.
  public let workers: Workers
  private let owners: Owners
  /// Those of the lanes of this rank.
  private let gradients: [Gradients]
  /// Nil for a process alone.
  private let exchange: GradientExchange?
  private let memory = Mutex(Pools())
  private let weights: PackedWeights

  /// The memory of lanes that run at the same time: as many pools as there are threads, not lanes.
  private struct Pools {
    var all: [StoragePool] = []
    var idle: [StoragePool] = []
  }

  /// Creates `count` lanes, each with gradients for all parameters of `scope`.
  ///
  /// - Parameters:
  ///   - count: The number of lanes of all ranks together; at least one for each.
  ///   - scope: Where the parameters are.
  ///   - workers: The threads of this process that take lanes.
  ///   - owners: Who updates what, where several processes train together.
  public init(count: Int, scope: ParameterScope, workers: Workers, owners: Owners = .alone) {
    let ranks = owners.ranks
    require(count >= ranks.count, "Lanes: \(count) lanes, at least \(ranks.count)")
    self.count = count
    self.workers = workers
    self.owners = owners
    gradients = ranks.share(of: count, rank: ranks.rank).map { _ in Gradients(of: scope) }
    exchange = ranks.isAlone ? nil : GradientExchange(lanes: count, owners: owners)
    weights = PackedWeights(of: scope.parameters)
  }

  /// Computes the mean of `loss` over all sequences, and its gradients.
  ///
  /// - Parameters:
  ///   - sequences: The number of sequences in the batch.
  ///   - loss: Computes the scalar loss of the sequence with the given index.
  /// - Returns: The mean loss, and gradients that stay valid until the next call; where several processes train
  ///   together, those of the elements that this one owns.
  public func lossAndGradients(
    sequences: Int, loss: @Sendable (Int) -> Tensor
  ) -> (loss: Double, gradients: Gradients) {
    let scale = 1 / Float(sequences)
    let losses = inLanes(sequences) { lane, sequence, isFirst in
      if isFirst {
        gradients[lane].reset()
        OperationClock.lap("gradientReset", .gradientSum, .update)
      }
      let tensor = loss(sequence)
      tensor.backward(into: gradients[lane], scale: scale)
      return Double(tensor.scalar)
    }
    sumGradients(of: min(count, sequences))
    return (losses.reduce(0, +) / Double(sequences), gradients[0])
  }

  /// Computes `loss` of every sequence without gradients, side by side.
  ///
  /// - Parameters:
  ///   - sequences: The number of sequences.
  ///   - loss: Computes the scalar loss of the sequence with the given index.
  /// - Returns: The losses in the order of the sequences.
  public func losses(sequences: Int, loss: @Sendable (Int) -> Tensor) -> [Double] {
    inLanes(sequences) { _, sequence, _ in
      withoutGradients { Double(loss(sequence).scalar) }
    }
  }

  /// The sum over all ranks of what each has counted while ``losses(sequences:loss:)`` ran.
  package func sum(ofCounts count: Int) -> Int { owners.ranks.sum(count) }

  /// The bytes that all ranks send each other for the gradients of a step.
  package var exchangedBytes: Int {
    owners.ranks.sum(exchange?.sentCount ?? 0) * MemoryLayout<Float>.stride
  }

  /// The number of tensor buffers asked of the system so far: constant once training has warmed up.
  package var allocations: Int {
    memory.withLock { $0.all.reduce(0) { $0 + $1.allocations } }
  }

  /// How many lanes have run at the same time so far: each with buffers of its own.
  package var pools: Int { memory.withLock { $0.all.count } }

  /// The memory of weights laid out for products, which is part of ``bufferBytes``.
  package var packedBytes: Int { weights.bytes }

  /// The memory of what lanes compute with, without gradients, in bytes.
  package var bufferBytes: Int {
    memory.withLock { $0.all.reduce(0) { $0 + $1.bytes } }
  }

  /// Runs `body` for every sequence, lane by lane, and returns its results in order.
  ///
  /// A rank runs its own lanes, which `body` counts from 0, and gets the results of all.
  private func inLanes(
    _ sequences: Int, _ body: @Sendable (_ lane: Int, _ sequence: Int, _ isFirst: Bool) -> Double
  ) -> [Double] {
    require(sequences >= 1, "Lanes: \(sequences) sequences, at least 1")
    let results = Mutex([Double](repeating: 0, count: sequences))
    let lanes = min(count, sequences)
    weights.invalidate()
    let ranks = owners.ranks
    let here = ranks.share(of: lanes, rank: ranks.rank)
    @Sendable func sequencesOf(_ lanes: Range<Int>, of all: Int) -> Range<Int> {
      lanes.lowerBound * sequences / all..<lanes.upperBound * sequences / all
    }
    workers.forEach(here.count) { number in
      let lane = here.lowerBound + number
      let share = sequencesOf(lane..<lane + 1, of: lanes)
      let pool = takePool()
      PackedWeights.$current.withValue(weights) {
        StoragePool.$current.withValue(pool) {
          for sequence in share {
            let result = body(number, sequence, sequence == share.lowerBound)
            results.withLock { $0[sequence] = result }
          }
        }
      }
      memory.withLock { $0.idle.append(pool) }
    }
    var all = results.withLock { $0 }
    if !ranks.isAlone {
      let counts = ranks.members.indices.map {
        sequencesOf(ranks.share(of: lanes, rank: $0), of: lanes).count
      }
      ranks.gather(&all, counts: counts)
    }
    return all
  }

  /// The pool that was used last, whose memory is likeliest to be in a cache, or a new one.
  private func takePool() -> StoragePool {
    memory.withLock { pools in
      if let pool = pools.idle.popLast() { return pool }
      let pool = StoragePool()
      pools.all.append(pool)
      return pool
    }
  }

  /// Sums the gradients of all lanes into those of the first lane here, in the order of the lanes.
  private func sumGradients(of lanes: Int) {
    let here = owners.ranks.share(of: lanes, rank: owners.ranks.rank)
    let sources = gradients.prefix(here.count).map(\.storage)
    let total = gradients[0].storage
    if let exchange {
      // A batch may have fewer sequences than there are lanes.
      let exchange = lanes == count ? exchange : GradientExchange(lanes: lanes, owners: owners)
      return exchange.sum(sources, into: total, by: workers)
    }
    let chunk = 1 << 16
    workers.forEach((total.count + chunk - 1) / chunk) { index in
      let start = index * chunk
      let vectors = sources.map { UnsafePointer($0.pointer + start) }
      kernel_sum_vectors(vectors, lanes, total.pointer + start, min(chunk, total.count - start))
      OperationClock.lap("gradientSum", .gradientSum, .update)
    }
  }
}
