import Foundation
import MessagePassing
import Synchronization

/// Ranks that are threads of this process: what MPI does between processes, by copying memory.
public enum ThreadRanks {
  /// Runs `body` at so many ranks, and returns what it returned at each and the bytes that went from rank to rank.
  public static func run<Result: Sendable>(
    _ count: Int, _ body: @escaping @Sendable (Ranks) throws -> Result
  ) throws -> (results: [Result], bytes: Int) {
    let meeting = Meeting(count)
    let results = Mutex<[Int: Swift.Result<Result, any Error>]>([:])
    let group = DispatchGroup()
    for rank in 0..<count {
      group.enter()
      Thread.detachNewThread {
        let result = Swift.Result { try body(Ranks(ThreadCollectives(meeting, rank))) }
        results.withLock { $0[rank] = result }
        group.leave()
      }
    }
    group.wait()
    return (
      try results.withLock { results in
        try (0..<count).compactMap { try results[$0]?.get() }
      }, meeting.bytes
    )
  }
}

/// Where threads wait for each other, and show each other their memory; its condition guards all that changes.
private final class Meeting: @unchecked Sendable {
  let count: Int
  private let condition = NSCondition()
  private var (arrived, round) = (0, 0)
  private var offers: [Offer?]
  private(set) var bytes = 0

  /// Memory of a rank, one part after the other.
  struct Offer {
    let memory: UnsafeRawPointer
    let counts: [Int]
  }

  init(_ count: Int) {
    self.count = count
    offers = Array(repeating: nil, count: count)
  }

  /// Returns when all threads have come here.
  func wait() {
    condition.lock()
    defer { condition.unlock() }
    let current = round
    arrived += 1
    if arrived == count {
      (arrived, round) = (0, round + 1)
      condition.broadcast()
    }
    while round == current { condition.wait() }
  }

  func offer(_ offer: Offer, of rank: Int) {
    condition.lock()
    defer { condition.unlock() }
    offers[rank] = offer
  }

  /// Copies a part of what a rank has offered, and returns its length in words.
  func take(_ part: Int, of rank: Int, into memory: UnsafeMutableRawPointer) -> Int {
    condition.lock()
    defer { condition.unlock() }
    guard let offer = offers[rank] else { return 0 }
    let count = offer.counts[part]
    memory.copyMemory(from: offer.memory + 4 * offer.counts.starts[part], byteCount: 4 * count)
    bytes += 4 * count
    return count
  }
}

private struct ThreadCollectives: Collectives {
  private let meeting: Meeting
  let rank: Int
  let library = "threads"
  let host = "here"

  init(_ meeting: Meeting, _ rank: Int) { (self.meeting, self.rank) = (meeting, rank) }

  var count: Int { meeting.count }

  private var others: [Int] { (0..<count).filter { $0 != rank } }

  /// Shows memory to all, takes theirs, and goes on when all have it.
  private func meet(_ memory: UnsafeRawPointer, _ counts: [Int], _ body: () -> Void) {
    meeting.offer(.init(memory: memory, counts: counts), of: rank)
    meeting.wait()
    body()
    meeting.wait()
  }

  func broadcast(_ memory: UnsafeMutableRawPointer, words: Int) {
    meet(memory, [words]) {
      if rank > 0 { _ = meeting.take(0, of: 0, into: memory) }
    }
  }

  func gather(_ memory: UnsafeMutableRawPointer, counts: [Int]) {
    meet(memory, counts) {
      for other in others {
        _ = meeting.take(other, of: other, into: memory + 4 * counts.starts[other])
      }
    }
  }

  func exchange(
    _ sent: UnsafeRawPointer, _ sentCounts: [Int], _ received: UnsafeMutableRawPointer,
    _ receivedCounts: [Int]
  ) {
    meet(sent, sentCounts) {
      for other in 0..<count where other != rank || sentCounts[rank] > 0 {
        let words = meeting.take(
          rank, of: other, into: received + 4 * receivedCounts.starts[other])
        precondition(words == receivedCounts[other], "\(words) words, not \(receivedCounts)")
      }
    }
  }

  func end() {}

  func abort(_ status: Int32) { fatalError("rank \(rank) aborts with \(status)") }
}
