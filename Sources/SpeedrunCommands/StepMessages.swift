import Foundation
import MessagePassing

/// What ranks send each other in a step, as `GradientExchange` and `PieceGathering` do it.
struct StepMessages {
  private let ranks: Int
  /// The words that each rank sends and gets for gradients and for weights.
  private let gradients: [(sent: Int, received: Int)]
  private let weights: [(sent: Int, received: Int)]
  private let total: Int

  /// Counts them.
  ///
  /// - Parameters:
  ///   - lanes: Of all ranks.
  ///   - owned: The elements that each rank updates.
  init(lanes: Int, owned: [Int]) {
    let ranks = owned.count
    // Rank 0 has the first lanes, whose sum it sends; the others send each lane by itself.
    let parts = owned.indices.map {
      $0 == 0 ? 1 : Ranks.share(of: lanes, rank: $0, among: ranks).count
    }
    let (total, allParts) = (owned.reduce(0, +), parts.reduce(0, +))
    self.ranks = ranks
    self.total = total
    gradients = zip(owned, parts).map { own, parts in
      (sent: parts * (total - own), received: (allParts - parts) * own)
    }
    weights = owned.map { (sent: $0 * (ranks - 1), received: total - $0) }
  }

  /// What all ranks send, in bytes.
  var bytes: Int {
    (gradients + weights).reduce(0) { $0 + $1.sent } * MemoryLayout<Float>.stride
  }

  /// The room that the messages of a rank need, in bytes.
  var bufferBytes: Int {
    if ranks == 1 { return 0 }
    let most = gradients.map { $0.sent + $0.received }.max() ?? 0
    return (most + total) * MemoryLayout<Float>.stride
  }

  /// The time of all, in seconds.
  func seconds(over network: Network) -> Double {
    if ranks == 1 { return 0 }
    func busiest(_ words: [(sent: Int, received: Int)]) -> Double {
      Double((words.map { max($0.sent, $0.received) }.max() ?? 0) * MemoryLayout<Float>.stride)
    }
    let messages = 2 * Double(ranks - 1) + 2 * log2(Double(ranks)).rounded(.up)
    return (busiest(gradients) + busiest(weights)) / network.bandwidth + messages * network.latency
  }
}
