import CKernels
import MessagePassing

/// Sums gradients over the lanes of all ranks, those of each element at the rank that owns it.
///
/// The sum is taken in the order of the lanes, as in one process:
///
///     g = ((lane 0 + lane 1) + lane 2) + lane 3
///
/// Rank 0 has the first lanes, and sends each owner their sum. The lanes of other ranks come later in the order, so they
/// send them one by one. With a lane for each rank that is the least that can be sent, (R - 1) / R of the gradients by
/// each of R ranks.
final class GradientExchange: Sendable {
  private let ranks: Ranks
  private let outgoing: [Outgoing]
  private let totals: [Total]
  private let (sentCounts, receivedCounts): ([Int], [Int])
  private let (sent, received): (Storage, Storage)

  /// The sum of some lanes of this rank over some elements, on its way to their owner.
  private struct Outgoing {
    let lanes: Range<Int>
    let elements: Range<Int>
    /// Where it goes in the memory to send.
    let place: Int
  }

  /// The sum over all lanes of some elements that this rank owns.
  private struct Total {
    let elements: Range<Int>
    /// Where the sums of the ranks before this one lie in the memory received, and of those after it.
    let before: [Int]
    let after: [Int]
  }

  /// Prepares for so many lanes in all.
  init(lanes: Int, owners: Owners) {
    let (ranks, sizes) = (owners.ranks, owners.sizes)
    let own = ranks.rank
    // The lanes that each rank sends as one: counted from its own first.
    let sums = ranks.members.indices.map { rank -> [Range<Int>] in
      let count = ranks.share(of: lanes, rank: rank).count
      return rank == 0 ? [0..<count] : (0..<count).map { $0..<$0 + 1 }
    }
    let sentCounts = sizes.indices.map { $0 == own ? 0 : sums[own].count * sizes[$0] }
    let receivedCounts = sizes.indices.map { $0 == own ? 0 : sums[$0].count * sizes[own] }

    outgoing = zip(sizes.indices, sentCounts.starts).filter { $0.0 != own }.flatMap {
      owner, start in
      sums[own].enumerated().flatMap { number, lanes in
        Self.chunks(of: owners.pieces[owner]).map { elements, offset in
          Outgoing(
            lanes: lanes, elements: elements, place: start + number * sizes[owner] + offset)
        }
      }
    }
    let starts = receivedCounts.starts
    func places(from ranks: Range<Int>, _ offset: Int) -> [Int] {
      ranks.flatMap { rank in
        sums[rank].indices.map { starts[rank] + $0 * sizes[own] + offset }
      }
    }
    totals = Self.chunks(of: owners.pieces[own]).map { elements, offset in
      Total(
        elements: elements, before: places(from: 0..<own, offset),
        after: places(from: own + 1..<sizes.count, offset))
    }
    (self.ranks, self.sentCounts, self.receivedCounts) = (ranks, sentCounts, receivedCounts)
    sent = Storage(uninitialized: sentCounts.reduce(0, +))
    received = Storage(uninitialized: receivedCounts.reduce(0, +))
  }

  /// The floats that this rank sends in a step.
  var sentCount: Int { sent.count }

  /// Sums the gradients of this rank's lanes and those of others into `total`, at the elements that this rank owns.
  ///
  /// - Parameters:
  ///   - lanes: The gradients of the lanes of this rank, in order.
  ///   - total: Where the sums go; it may be the first of the lanes.
  ///   - workers: The threads to use.
  func sum(_ lanes: [Storage], into total: Storage, by workers: Workers) {
    workers.forEach(outgoing.count) { index in
      let part = outgoing[index]
      Self.sum(
        lanes[part.lanes].map { $0.pointer + part.elements.lowerBound },
        into: sent.pointer + part.place, part.elements.count)
    }
    ranks.exchange(sent.pointer, sentCounts, received.pointer, receivedCounts)
    workers.forEach(totals.count) { index in
      let part = totals[index]
      let start = part.elements.lowerBound
      Self.sum(
        part.before.map { received.pointer + $0 } + lanes.map { $0.pointer + start }
          + part.after.map { received.pointer + $0 },
        into: total.pointer + start, part.elements.count)
      OperationClock.lap("gradientSum", .gradientSum, .update)
    }
  }

  private static func sum(
    _ parts: [UnsafeMutablePointer<Float>], into total: UnsafeMutablePointer<Float>, _ count: Int
  ) {
    kernel_sum_vectors(parts.map { UnsafePointer($0) }, parts.count, total, count)
  }

  /// Pieces in parts that threads can share out, each with its place in a buffer of all these pieces.
  private static func chunks(of pieces: [Owners.Piece]) -> [(elements: Range<Int>, offset: Int)] {
    let length = 1 << 16
    var offset = 0
    return pieces.flatMap { piece in
      stride(from: piece.place.lowerBound, to: piece.place.upperBound, by: length).map { start in
        let elements = start..<min(start + length, piece.place.upperBound)
        defer { offset += elements.count }
        return (elements, offset)
      }
    }
  }
}
