/// How ranks talk to each other: every rank calls the same function at the same time.
///
/// Memory is counted in words of four bytes, the size of a float32.
package protocol Collectives: Sendable {
  /// The number of this rank, from 0.
  var rank: Int { get }

  /// The number of ranks.
  var count: Int { get }

  /// The name and version of what carries the messages, such as `Open MPI v4.1.4`.
  var library: String { get }

  /// The name of this rank's machine.
  var host: String { get }

  /// Gives every rank the words that rank 0 has.
  func broadcast(_ memory: UnsafeMutableRawPointer, words: Int)

  /// Gives every rank the parts of all: `memory` is one part after the other, in the order of the ranks, and holds at
  /// first the own one.
  func gather(_ memory: UnsafeMutableRawPointer, counts: [Int])

  /// Gives every rank what each has for it.
  ///
  /// - Parameters:
  ///   - sent: One part after the other, in the order of the ranks they are for.
  ///   - sentCounts: The words in each.
  ///   - received: Room for one part after the other, in the order of the ranks they are from.
  ///   - receivedCounts: The words in each.
  func exchange(
    _ sent: UnsafeRawPointer, _ sentCounts: [Int], _ received: UnsafeMutableRawPointer,
    _ receivedCounts: [Int])

  /// Says goodbye, once all ranks have come to their end.
  func end()

  /// Ends all ranks, whatever they do, and this one with them.
  func abort(_ status: Int32)
}

extension [Int] {
  /// Where each part begins when one comes after the other.
  package var starts: [Int] {
    var start = 0
    return map { count in
      defer { start += count }
      return start
    }
  }
}
