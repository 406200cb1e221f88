import MessagePassing

/// Memory of which every rank has brought some pieces up to date, to be made the same at all ranks.
package final class PieceGathering: Sendable {
  private let ranks: Ranks
  /// The pieces of each rank.
  private let pieces: [[Storage]]
  /// Where they lie in the message, which is one rank after the other.
  private let places: [[Int]]
  private let counts: [Int]
  private let message: Storage

  /// Prepares for pieces of these lengths; the same at all ranks.
  package init(_ pieces: [[Storage]], of ranks: Ranks) {
    (self.ranks, self.pieces) = (ranks, pieces)
    counts = pieces.map { $0.reduce(0) { $0 + $1.count } }
    places = zip(counts.starts, pieces).map { start, pieces in
      pieces.map(\.count).starts.map { start + $0 }
    }
    message = Storage(uninitialized: counts.reduce(0, +))
  }

  /// Gives every rank the pieces of all.
  package func gather(by workers: Workers) {
    let own = ranks.rank
    workers.forEach(pieces[own].count) { index in
      let piece = pieces[own][index]
      (message.pointer + places[own][index]).update(from: piece.pointer, count: piece.count)
    }
    ranks.gather(words: message.pointer, counts: counts)
    let others = pieces.indices.filter { $0 != own }.flatMap { rank in
      pieces[rank].indices.map { (rank, $0) }
    }
    workers.forEach(others.count) { index in
      let (rank, number) = others[index]
      let piece = pieces[rank][number]
      piece.pointer.update(from: message.pointer + places[rank][number], count: piece.count)
    }
  }
}
